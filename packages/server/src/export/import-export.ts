import { CuepointError, isCuepointError, type ErrorCode } from '@cuepoint/core';
import type { ExportLine, SyncRepository } from '@cuepoint/store';
import { decodeLine } from './decode-line.ts';

export interface BadLine {
  /** From 1. */
  readonly line: number;
  readonly code: ErrorCode;
  readonly message: string;
}

export interface ImportReport {
  readonly userId: string;
  /** Good lines that were merged in. */
  readonly merged: number;
  /** Rows that the merge changed; 0 when all of it was there. */
  readonly changed: number;
  readonly badCount: number;
  /** The first of the bad lines, at most {@link BAD_LINES_KEPT}. */
  readonly bad: readonly BadLine[];
  /** False when the last line is missing or counts other than what came: the file was cut short. */
  readonly complete: boolean;
}

export const BAD_LINES_KEPT = 100;
export const LINE_LENGTH_MAX = 65_536;
const LINES_PER_BATCH = 500;

/**
 * Merges an export in, line by line: idempotent, and nothing of a bad line is stored.
 *
 * @param options.userId where to import to; without it the user that the first line names.
 * @throws CuepointError `invalid_request` when neither names a user.
 */
export async function importExport(
  repository: Pick<SyncRepository, 'importUser'>,
  lines: AsyncIterable<string>,
  options: { readonly userId?: string | undefined; readonly onMerged?: (lines: number) => void },
): Promise<ImportReport> {
  const bad: BadLine[] = [];
  let { userId } = options;
  let batch: ExportLine[] = [];
  let [number, merged, changed, badCount, dataLines] = [0, 0, 0, 0, 0];
  let announced: number | undefined;

  const flush = async () => {
    if (batch.length === 0) return;
    changed += await repository.importUser(requireUser(userId), batch);
    merged += batch.length;
    batch = [];
    options.onMerged?.(merged);
  };

  for await (const text of lines) {
    number += 1;
    if (text.trim() === '') continue;
    try {
      const decoded = decode(text, announced);
      if (decoded.kind === 'header') userId ??= decoded.userId;
      else if (decoded.kind === 'end') announced = decoded.lines;
      else {
        dataLines += 1;
        batch.push(decoded.line);
      }
    } catch (error) {
      if (!isCuepointError(error)) throw error;
      badCount += 1;
      dataLines += 1;
      const { code, message } = error;
      if (bad.length < BAD_LINES_KEPT) bad.push({ line: number, code, message });
    }
    if (batch.length >= LINES_PER_BATCH) await flush();
  }
  await flush();
  return {
    userId: requireUser(userId),
    merged,
    changed,
    badCount,
    bad,
    complete: announced === dataLines,
  };
}

function decode(text: string, announced: number | undefined) {
  if (announced !== undefined) {
    throw new CuepointError('invalid_request', 'The line comes after the end.');
  }
  if (text.length > LINE_LENGTH_MAX) {
    throw new CuepointError('payload_too_large', 'The line is too long.', {
      limit: { name: 'lineLength', value: LINE_LENGTH_MAX },
    });
  }
  return decodeLine(text);
}

function requireUser(userId: string | undefined): string {
  if (userId === undefined) {
    throw new CuepointError('invalid_request', 'The first line names no user: give one.', {
      field: 'userId',
    });
  }
  return userId;
}
