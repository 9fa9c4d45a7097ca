import { CuepointError } from '@cuepoint/core';

/** The name of a zone as this Node has it. @throws CuepointError `invalid_request` */
export function requireZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch (error) {
    throw new CuepointError('invalid_request', 'A zone is a name like Europe/Berlin.', {
      field: 'zone',
      cause: error,
    });
  }
}
