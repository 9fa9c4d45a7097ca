import { readImport, type ImportInput } from '../read-import.ts';
import type { Reading } from '../reading.ts';
import type { ImportRecord } from '../record.ts';
import { allOf } from './all-of.ts';
import { zipOf } from './zip-of.ts';

type Input = Omit<ImportInput, 'file' | 'name'>;

/** Everything that a file says; a text alone is a file of that name. */
export async function readAll(
  file: Blob | string | Uint8Array,
  { name = 'file.csv', ...input }: Input & { readonly name?: string },
): Promise<Reading[]> {
  const blob = file instanceof Blob ? file : new Blob([file as BlobPart]);
  return allOf(readImport({ file: blob, name, ...input }));
}

export async function readZip(
  files: Readonly<Record<string, string | Uint8Array>>,
  input: Input,
): Promise<Reading[]> {
  return readAll(await zipOf(files), { name: 'export.zip', ...input });
}

export function recordsIn(readings: readonly Reading[]): ImportRecord[] {
  return readings.flatMap((reading) =>
    reading.kind === 'line' && reading.fate === 'taken' ? reading.records : [],
  );
}

/** What became of each line, in one word each: what it says, or why not. */
export function fatesIn(readings: readonly Reading[]): string[] {
  return readings.flatMap((reading) => {
    if (reading.kind === 'file') return [];
    const said =
      reading.fate === 'taken'
        ? reading.records.map(({ says }) => says.kind).join(' ')
        : `${reading.fate}: ${reading.reason}`;
    return [`${reading.line} ${said}`];
  });
}

export function filesIn(readings: readonly Reading[]): string[] {
  return readings.flatMap((reading) => {
    if (reading.kind === 'line') return [];
    if (reading.fate === 'read') return [`${reading.file}: read`];
    const why = reading.fate === 'incomplete' ? reading.detail : reading.reason;
    return [`${reading.file}: ${reading.fate}: ${why}`];
  });
}
