import { parse, type Parser } from 'csv-parse';
import { COLUMNS_MAX, ROW_BYTES_MAX } from './limits.ts';
import type { UnreadableReason } from './reading.ts';

export interface CsvRow {
  /** Where the row begins, from 1, the header included. */
  readonly line: number;
  readonly cells: readonly string[];
}

export type CsvPiece = CsvRow | { readonly line: number; readonly fault: UnreadableReason };

/** What is parsed before others have a turn. */
const PIECE_BYTES = 16_384;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The rows of a CSV or TSV, empty lines left out. Columns may differ by row, quotes may stand inside of plain fields.
 * A row that cannot be told from the rest (a quote without an end, an endless row) is the last.
 */
export async function* csvRows(text: string, delimiter = ','): AsyncGenerator<CsvPiece> {
  const bytes = Buffer.from(text, 'utf8');
  const rows: { readonly cells: readonly string[]; readonly end: number }[] = [];
  const parser = parse({
    bom: true,
    delimiter,
    // Playback Reporting writes titles as they are, quotes included.
    quote: delimiter === '\t' ? null : '"',
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    // Taken here and not as a stream, whose fault would take along the rows before it.
    on_record: (cells: readonly string[], info: { readonly bytes: number }) => {
      rows.push({ cells, end: info.bytes });
      return null;
    },
  });
  let hasFailed = false;
  parser.on('error', () => {
    hasFailed = true;
  });
  // The library counts a line end within quotes twice where it has two signs, so lines are counted here.
  const lines = lineCounter(bytes);
  let from = 0;
  const taken = function* (): Generator<CsvPiece> {
    for (const { cells, end } of rows.splice(0)) {
      const line = lines.next(from);
      from = end;
      yield cells.length > COLUMNS_MAX ? { line, fault: 'too_many_columns' } : { line, cells };
    }
  };
  for (let offset = 0; offset < bytes.length && !hasFailed; offset += PIECE_BYTES) {
    await written(parser, bytes.subarray(offset, offset + PIECE_BYTES));
    yield* taken();
    // The library bounds the length of a row but not its columns, of which empty ones have no length.
    if (offset - from > ROW_BYTES_MAX) hasFailed = true;
  }
  if (!hasFailed) await ended(parser);
  parser.destroy();
  yield* taken();
  if (hasFailed) yield { line: lines.next(from), fault: 'invalid_csv' };
}

/** Settles when the piece was parsed, or could not be, and others had a turn. */
async function written(parser: Parser, piece: Buffer): Promise<void> {
  await new Promise<void>((resolve) => parser.write(piece, () => setImmediate(resolve)));
}

async function ended(parser: Parser): Promise<void> {
  await new Promise<void>((resolve) => {
    parser.once('close', resolve);
    parser.resume().end();
  });
}

/** Counts on from where it was: offsets only grow. */
function lineCounter(bytes: Buffer) {
  let [offset, line] = [0, 1];
  return {
    /** The line of the first sign after `end` that is no line end. */
    next(end: number): number {
      while (offset < end || bytes[offset] === LINE_FEED || bytes[offset] === CARRIAGE_RETURN) {
        if (bytes[offset] === LINE_FEED) line += 1;
        offset += 1;
      }
      return line;
    },
  };
}

/** A row under a header. Names are read without case, blanks and punctuation; what is missing is empty. */
export interface NamedRow {
  readonly line: number;
  readonly get: (name: string) => string;
  readonly isEmpty: boolean;
}

export type NamedPiece = NamedRow | { readonly line: number; readonly fault: UnreadableReason };

export const plainName = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

export interface Table {
  /** Plain names, in the order of the file. */
  readonly header: readonly string[];
  readonly rows: AsyncIterable<NamedPiece>;
}

/** @returns undefined when not even a header can be read. */
export async function readTable(text: string, delimiter?: string): Promise<Table | undefined> {
  const rows = csvRows(text, delimiter);
  const first = await rows.next();
  if (first.done === true || !('cells' in first.value)) return undefined;
  const header = first.value.cells.map(plainName);
  return { header, rows: namedRows(rows, header) };
}

export async function* namedRows(
  rows: AsyncIterable<CsvPiece>,
  header: readonly string[],
): AsyncGenerator<NamedPiece> {
  // The first of two columns with one name counts.
  const indexByName = new Map(header.map((name, index) => [name, index] as const).toReversed());
  for await (const row of rows) {
    if (!('cells' in row)) yield row;
    else {
      const { line, cells } = row;
      yield {
        line,
        get: (name) => cells[indexByName.get(name) ?? -1]?.trim() ?? '',
        isEmpty: cells.every((cell) => cell.trim() === ''),
      };
    }
  }
}
