import { ArchiveError } from '../archive.ts';
import { plainName, readTable, type NamedRow, type Table } from '../csv.ts';
import { fieldsOf, parseJson } from '../fields.ts';
import { fault, type Line, type Taken } from '../reading.ts';

/**
 * The lines of a CSV under a header.
 *
 * @param takeOf how its rows are taken, by the header; undefined for a header of something else.
 * @throws ArchiveError `unknown_header`.
 */
export async function* tableLines(
  text: string,
  takeOf: (table: Table) => ((row: NamedRow) => Taken) | undefined,
  delimiter?: string,
): AsyncGenerator<Line> {
  const table = await readTable(text, delimiter);
  const take = table && takeOf(table);
  if (table === undefined || take === undefined) throw new ArchiveError('unknown_header');
  for await (const row of table.rows) {
    if ('fault' in row) yield { line: row.line, taken: fault(row.fault) };
    else yield { line: row.line, taken: row.isEmpty ? 'nothing_said' : take(row) };
  }
}

export const has = ({ header }: Table, ...names: readonly string[]) =>
  names.every((name) => header.includes(name));

/**
 * The same for a JSON array of flat objects.
 *
 * @throws ArchiveError `unknown_header`, `invalid_json`.
 */
export function* jsonLines(text: string, take: (row: NamedRow) => Taken): Generator<Line> {
  const list = parseJson(text);
  if (!Array.isArray(list)) throw new ArchiveError('unknown_header');
  for (const [index, value] of list.entries()) {
    const fields = fieldsOf(value);
    const line = index + 1;
    if (fields === undefined) yield { line, taken: fault('invalid_entry') };
    else {
      const cells = new Map(
        Object.entries(fields).map(([name, cell]) => [plainName(name), cellText(cell)] as const),
      );
      const get = (name: string) => cells.get(name) ?? '';
      yield { line, taken: take({ line, get, isEmpty: cells.size === 0 }) };
    }
  }
}

function cellText(cell: unknown): string {
  const isFlat = typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean';
  return isFlat ? String(cell).trim() : '';
}
