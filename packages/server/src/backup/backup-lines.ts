import { createHash } from 'node:crypto';
import { CuepointError, normalizeUuid, UUID_PATTERN } from '@cuepoint/core';
import type { Erasure, KeptRow } from '@cuepoint/store';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { EXPORT_TYPE } from '../export/export-schemas.ts';

export const BACKUP_TYPE = 'cuepoint-backup';
/** Raised only when an older reader would misread what is written. */
export const BACKUP_VERSION = 1;

const HeaderSchema = Type.Object({
  type: Type.Literal(BACKUP_TYPE),
  version: Type.Integer(),
  /** When it was begun: every change that was acknowledged before is in it. */
  madeAt: Type.String({ minLength: 1 }),
});
const RowSchema = Type.Object({
  type: Type.Literal('row'),
  table: Type.String(),
  row: Type.Record(Type.String(), Type.Unknown()),
});
const ErasureSchema = Type.Object({
  type: Type.Literal('erasure'),
  userId: Type.String({ pattern: UUID_PATTERN }),
  erasedPhysical: Type.Integer(),
  erasedAtMs: Type.Integer(),
});
const UserSchema = Type.Object({
  type: Type.Literal(EXPORT_TYPE),
  userId: Type.String({ pattern: UUID_PATTERN }),
});
const EndSchema = Type.Object({
  type: Type.Literal('backup-end'),
  users: Type.Integer(),
  lines: Type.Integer(),
  /** Of all bytes before this line, in hexadecimal digits. */
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});

export type BackupHeader = Static<typeof HeaderSchema>;
export type BackupEnd = Static<typeof EndSchema>;

/** What stands at the place of a line, outside of the lines of a user. */
export type BackupItem =
  | { readonly kind: 'row'; readonly kept: KeptRow }
  | { readonly kind: 'erasure'; readonly erasure: Erasure }
  | { readonly kind: 'user'; readonly userId: string };

const validators = {
  header: Compile(HeaderSchema),
  row: Compile(RowSchema),
  erasure: Compile(ErasureSchema),
  user: Compile(UserSchema),
  end: Compile(EndSchema),
};

/** @throws CuepointError `invalid_request` */
export function readHeader(line: string | undefined): BackupHeader & { readonly madeAtMs: number } {
  const value = line === undefined ? undefined : parse(line);
  const header = validators.header.Check(value) ? value : undefined;
  const madeAtMs = Date.parse(header?.madeAt ?? '');
  if (header === undefined || Number.isNaN(madeAtMs)) throw damaged('It is no backup of Cuepoint.');
  if (header.version !== BACKUP_VERSION) {
    throw damaged(`Only backups of version ${BACKUP_VERSION} can be read.`);
  }
  return { ...header, madeAtMs };
}

/** @throws CuepointError `invalid_request` */
export function readItem(line: string): BackupItem {
  const value = parse(line);
  if (validators.user.Check(value)) return { kind: 'user', userId: normalizeUuid(value.userId) };
  if (validators.row.Check(value)) return { kind: 'row', kept: value };
  if (validators.erasure.Check(value)) return { kind: 'erasure', erasure: value };
  throw damaged('A line of it is not known; a newer version may have made it.');
}

/** @returns `undefined` for any other line. */
export function readEnd(line: string): BackupEnd | undefined {
  if (!line.startsWith('{"type":"backup-end",')) return undefined;
  const value = parse(line);
  return validators.end.Check(value) ? value : undefined;
}

/** Whether the line is the last one of a user. */
export function isUserEnd(line: string): boolean {
  return line.startsWith('{"type":"end",');
}

/** Whether the line is the first one of a user. */
export function isUserStart(line: string): boolean {
  return line.startsWith(`{"type":"${EXPORT_TYPE}",`);
}

export function damaged(message: string): CuepointError {
  return new CuepointError('invalid_request', message);
}

/** Sums up lines as they pass. */
export class LineSum {
  readonly #hash = createHash('sha256');
  users = 0;
  lines = 0;

  add(line: string): void {
    this.#hash.update(line).update('\n');
    this.lines += 1;
    if (isUserStart(line)) this.users += 1;
  }

  end(): BackupEnd {
    const { users, lines } = this;
    return { type: 'backup-end', users, lines, sha256: this.#hash.digest('hex') };
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new CuepointError('invalid_request', 'A line of it is not JSON.', { cause: error });
  }
}
