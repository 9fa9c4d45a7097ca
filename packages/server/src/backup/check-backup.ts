import { damaged, LineSum, readEnd, readHeader, type BackupEnd } from './backup-lines.ts';

export interface CheckedBackup extends BackupEnd {
  readonly madeAtMs: number;
}

/**
 * Reads a whole backup and writes nothing.
 *
 * @throws CuepointError `invalid_request` where it is damaged, cut short, or no backup at all.
 */
export async function checkBackup(lines: AsyncIterable<string>): Promise<CheckedBackup> {
  const sum = new LineSum();
  let header: { readonly madeAtMs: number } | undefined;
  let end: BackupEnd | undefined;
  for await (const line of lines) {
    if (end !== undefined) throw damaged('The backup is damaged: something comes after its end.');
    header ??= readHeader(line);
    end = readEnd(line);
    if (end === undefined) sum.add(line);
  }
  if (header === undefined) throw damaged('It is no backup of Cuepoint.');
  if (end === undefined) throw damaged('The backup was cut short: its last line is missing.');
  const { sha256, lines: count, users } = sum.end();
  if (end.sha256 !== sha256 || end.lines !== count || end.users !== users) {
    throw damaged('The backup is damaged: its check sum is another one.');
  }
  return { ...end, madeAtMs: header.madeAtMs };
}
