import { CuepointError, registerId, type Op } from '@cuepoint/core';
import { plainArray, textArray } from './array-literal.ts';
import { textToCursor } from './cursor.ts';
import type { Database, Queryable } from './database.ts';
import type { Dialect } from './dialect.ts';
import { rowsAtOnce } from './rows-at-once.ts';
import { readChanges, readCursor } from './read-changes.ts';
import {
  deviceOfRow,
  entryOfRow,
  playOfRow,
  positionOfRow,
  stampOfRegister,
  type DeviceRow,
  type PlayRow,
  type RegisterRow,
  type SaidRow,
  type TagRow,
} from './rows.ts';
import type { ChangesRequest, ExportLine } from './sync-repository.ts';

type ExportedTagRow = TagRow & { readonly removed_at: Date | null };
type ExportedRegisterRow = RegisterRow & { readonly updated_at: Date };
type ExportedSaidRow = SaidRow & { readonly updated_at: Date };
type ExportedPlayRow = PlayRow & { readonly removed_at: Date | null };

/** Rows of one page: what an export holds at one time, and what it takes of the database in one piece. */
export const EXPORT_PAGE_ROWS = 500;

/**
 * Every row of a user, page by page as it is read, and then what changed meanwhile, until the last of it comes in one
 * moment with the devices: the lines fold to what was stored then. A row that changed comes again. [SQL5] [OPS3]
 *
 * No transaction stays open between two pages, however slow the reader is.
 *
 * @throws CuepointError `invalid_cursor` where the user was erased, or the database restored, meanwhile
 */
export async function* exportUser(database: Database, userId: string): AsyncGenerator<ExportLine> {
  const start = await readCursor(database, userId);
  let request: Omit<ChangesRequest, 'limit'> = { cursor: start };
  for await (const row of pagesOf<ExportedTagRow>(database, 'export-watchlist', userId, tagOf)) {
    yield tagLine(row);
  }
  const registers = pagesOf<ExportedRegisterRow>(database, 'export-progress', userId, contentOf);
  for await (const row of registers) yield registerLine(row);
  const said = pagesOf<ExportedSaidRow>(database, 'export-said', userId, registerIdOf);
  for await (const row of said) yield saidLine(row);
  const plays = pagesOf<ExportedPlayRow>(database, 'export-plays', userId, playIdOf, FIRST_UUID);
  for await (const row of plays) yield playLine(row);

  let isOnePage = true;
  for (;;) {
    const { lines, page, cursor } = await readRest(database, userId, request, start);
    yield* lines;
    if (page === undefined && isOnePage) return;
    isOnePage = page === undefined;
    request = page === undefined ? { cursor: cursor ?? '' } : { page };
  }
}

/** What changed, and the rest where it is all that changed; in one moment. */
function readRest(
  database: Database,
  userId: string,
  request: Omit<ChangesRequest, 'limit'>,
  start: string,
) {
  const { dialect } = database;
  return database.transaction(
    async (transaction) => {
      const query: Database['query'] = (name, params) => transaction.query(name, params);
      const within = { dialect, query, kind: database.kind };
      const changes = await readChanges(within, userId, {
        ...request,
        limit: EXPORT_PAGE_ROWS,
      });
      if (changes.resync) {
        throw new CuepointError(
          'invalid_cursor',
          'The user was erased, or the database restored, while the export was read. Export again.',
        );
      }
      const lines = await linesOf(transaction, userId, changes.ops);
      // With more to come, or pages before it, the devices are of a moment that has passed.
      if (request.cursor !== undefined && changes.page === undefined) {
        lines.push(...(await playLinesSince(transaction, userId, start, dialect.current)));
        lines.push(...(await restLines(transaction, userId)));
      }
      return { lines, page: changes.page, cursor: changes.cursor };
    },
    { isolation: 'repeatable read' },
  );
}

async function linesOf(transaction: Queryable, userId: string, ops: readonly Op[]) {
  const tags = ops.flatMap((op) =>
    op.kind === 'watchlist.add' ? [op.tag] : op.kind === 'watchlist.remove' ? op.tags : [],
  );
  const contents = ops.flatMap((op) =>
    op.kind === 'progress.set' || op.kind === 'progress.clear' ? [op.contentId] : [],
  );
  const lines: ExportLine[] = [];
  if (tags.length > 0) {
    const params = [userId, plainArray(tags)];
    const { rows } = await transaction.query<ExportedTagRow>('export-tags', params);
    lines.push(...rows.map(tagLine));
  }
  if (contents.length > 0) {
    const params = [userId, textArray(contents)];
    const { rows } = await transaction.query<ExportedRegisterRow>('export-registers', params);
    lines.push(...rows.map(registerLine));
  }
  const registers = ops.flatMap((op) =>
    op.kind === 'register.set' ? [registerId(op.register, op.key)] : [],
  );
  if (registers.length > 0) {
    const params = [userId, textArray(registers)];
    const { rows } = await transaction.query<ExportedSaidRow>('export-said-keys', params);
    lines.push(...rows.map(saidLine));
  }
  return lines;
}

const PLAYS_SINCE = { xid: 'export-plays-since', counter: 'export-plays-since-counter' } as const;

/** Plays are in no page of changes: those that changed since the export began come again. */
async function playLinesSince(
  transaction: Queryable,
  userId: string,
  start: string,
  { catchUp }: Dialect,
): Promise<ExportLine[]> {
  const { rows } = await transaction.query<ExportedPlayRow>(PLAYS_SINCE[catchUp], [
    userId,
    textToCursor(start).seen,
  ]);
  return rows.map(playLine);
}

async function restLines(transaction: Queryable, userId: string): Promise<ExportLine[]> {
  const devices = await transaction.query<DeviceRow & { revoked_at: Date | null }>(
    'export-devices',
    [userId],
  );
  const floors = await transaction.query<{ physical: number; logical: number }>('export-floor', [
    userId,
  ]);
  return [
    ...devices.rows.map((row): ExportLine => ({
      type: 'device',
      device: deviceOfRow(row),
      revokedAtMs: row.revoked_at?.getTime() ?? null,
    })),
    // Last, so that an import that reads line by line meets the older live adds before it. [CUR4]
    ...floors.rows.map((collected): ExportLine => ({ type: 'floor', collected })),
  ];
}

async function* pagesOf<Row>(
  database: Database,
  name: string,
  userId: string,
  keyOf: (row: Row) => string,
  first = '',
): AsyncGenerator<Row> {
  let after = first;
  for (;;) {
    const limit = rowsAtOnce(database, EXPORT_PAGE_ROWS);
    const { rows } = await database.query<Row>(name, [userId, after, limit]);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) return;
    after = keyOf(last);
  }
}

function tagOf(row: TagRow): string {
  return row.unique_tag;
}

function contentOf(row: RegisterRow): string {
  return row.content_id;
}

function registerIdOf({ kind, key }: SaidRow): string {
  return registerId(kind, key);
}

/** Before every other. */
const FIRST_UUID = '00000000-0000-0000-0000-000000000000';

function playIdOf({ play_id: playId }: PlayRow): string {
  return playId;
}

function saidLine(row: ExportedSaidRow): ExportLine {
  const { kind: register, key, value } = row;
  const updatedAtMs = row.updated_at.getTime();
  return { type: 'register', register, key, value, stamp: stampOfRegister(row), updatedAtMs };
}

function playLine(row: ExportedPlayRow): ExportLine {
  return { type: 'play', play: playOfRow(row), removedAtMs: row.removed_at?.getTime() ?? null };
}

function tagLine(row: ExportedTagRow): ExportLine {
  return {
    type: 'watchlist',
    entry: entryOfRow(row),
    removedAtMs: row.removed_at?.getTime() ?? null,
  };
}

function registerLine(row: ExportedRegisterRow): ExportLine {
  return {
    type: 'progress',
    contentId: row.content_id,
    position: positionOfRow(row),
    stamp: stampOfRegister(row),
    updatedAtMs: row.updated_at.getTime(),
  };
}
