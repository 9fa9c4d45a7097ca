/** What an import wrote is found by the device that it writes as, and what an undo wrote as well. */
const IMPORT = 'import.';
const UNDO = 'undo.';

/** @param source and id: an import of its own. `import.trakt.1f2e3d4c` */
export function importDevice(importId: string): string {
  return `${IMPORT}${importId}`;
}

export function undoDevice(importId: string): string {
  return `${UNDO}${importId}`;
}

export function isImportDevice(deviceId: string): boolean {
  return deviceId.startsWith(IMPORT);
}

export function isUndoDevice(deviceId: string): boolean {
  return deviceId.startsWith(UNDO);
}
