import { CuepointError, type Op, type PlaybackState, type Stamp } from '@cuepoint/core';
import {
  cursorToText,
  invalidCursor,
  pageToText,
  textToCursor,
  textToPage,
  type Cursor,
  type PagePosition,
} from './cursor.ts';
import type { Database } from './database.ts';
import { withDialect, type CatchUpName } from './dialect.ts';
import { sqlStateOf } from './sql-state.ts';
import { CHANGES_LIMIT_MAX, type ChangesPage, type ChangesRequest } from './sync-repository.ts';

interface ChangesRow {
  readonly seen: string;
  readonly system_identifier: string;
  readonly timeline: string;
  readonly incarnation: string;
  readonly recovered_at_us: string;
  readonly read_at_ms: number;
  readonly cursor_refused: boolean;
  /** In the order of pages. */
  readonly changes: readonly Change[];
}

/** A changed row as the statements put it: 0 a tag by its tag, 1 a register by its content id. */
type Change = readonly [
  kind: 0 | 1,
  key: string,
  contentId: string,
  physical: number | null,
  logical: number | null,
  deviceId: string | null,
  removedBy: string | null,
  removedPhysical: number | null,
  removedLogical: number | null,
  positionSeconds: number | null,
  durationSeconds: number | null,
  state: PlaybackState | null,
  isCleared: boolean | null,
];

/** What reads the changes since a cursor, and decides whether it can. Both give the same columns. [CUR1] [CUR2] */
const STATEMENTS = { xid: 'read-changes', counter: 'read-changes-counter' } as const;

/**
 * A user's changes since a cursor: by xid the rows whose last transaction the cursor's snapshot did not see, by
 * counter those with a later version of the user. Nothing is skipped and nothing comes twice, whatever
 * transactions were in progress. [CUR1]
 *
 * A cursor that this database cannot answer gets the whole state; so does one of the other kind. [CUR2]
 *
 * @throws CuepointError `invalid_cursor`, also where the pages of a whole state cannot be gone on with: the user was
 * erased, tombstones were collected, or the database was restored between two of them, and those before may hold what
 * is no longer true
 */
export async function readChanges(
  database: Database,
  userId: string,
  { cursor, page, limit }: ChangesRequest,
): Promise<ChangesPage> {
  if (!Number.isInteger(limit) || limit < 1 || limit > CHANGES_LIMIT_MAX) {
    throw new CuepointError('limit_exceeded', `A page has 1 to ${CHANGES_LIMIT_MAX} rows.`, {
      limit: { name: 'limit', value: CHANGES_LIMIT_MAX },
    });
  }
  const position = page === undefined ? undefined : textToPage(page);
  const since =
    position === undefined ? (cursor === undefined ? null : textToCursor(cursor)) : position.since;
  return withDialect(database.dialect, async ({ catchUp }) => {
    const isOther = (known: Cursor | null | undefined) =>
      known != null && known.catchUp !== catchUp;
    if (isOther(position?.base) || isOther(since)) {
      if (isOfWholeState(position)) throw invalidPage();
      return readPage(database, userId, { catchUp, since: null, position: undefined, limit });
    }
    return readPage(database, userId, { catchUp, since, position, limit });
  });
}

interface PageRequest {
  readonly catchUp: CatchUpName;
  readonly since: Cursor | null;
  readonly position: PagePosition | undefined;
  readonly limit: number;
}

async function readPage(
  database: Database,
  userId: string,
  request: PageRequest,
): Promise<ChangesPage> {
  const header = await select(database, userId, request);
  // The ground moved between two pages: what is left of them would leave a hole.
  if (request.position !== undefined && header.cursor_refused) {
    if (isOfWholeState(request.position)) throw invalidPage();
    return readPage(database, userId, { ...request, since: null, position: undefined });
  }
  return toPage(header, request);
}

/** Its earlier pages are a part of what is to replace everything; those of changes are folded in, and replaced. */
function isOfWholeState(position: PagePosition | undefined): boolean {
  return position?.since === null;
}

function invalidPage(): CuepointError {
  return new CuepointError(
    'invalid_cursor',
    'What the earlier pages showed may be gone. Drop them, and read the whole state anew without a cursor.',
    { field: 'page' },
  );
}

async function select(
  database: Database,
  userId: string,
  { catchUp, since, position, limit }: PageRequest,
): Promise<ChangesRow> {
  // While paging through a whole state it is what the first page saw that has to be still good.
  const checked = since ?? position?.base ?? null;
  try {
    const { rows } = await database.query<ChangesRow>(STATEMENTS[catchUp], [
      userId,
      checked?.seen ?? null,
      checked?.systemIdentifier ?? null,
      checked?.timeline ?? null,
      checked?.incarnation ?? null,
      checked?.recoveredAtUs ?? null,
      since === null,
      position?.kind ?? 0,
      position?.key ?? '',
      limit + 1,
    ]);
    const [row] = rows;
    if (row === undefined) throw new Error('the database has a sync_state row');
    return row;
  } catch (error) {
    // Class 22: the snapshot or the identifier is no value of its type.
    if (sqlStateOf(error)?.startsWith('22') === true) throw invalidCursor(error);
    throw error;
  }
}

function toPage(header: ChangesRow, { catchUp, since, position, limit }: PageRequest): ChangesPage {
  const { changes } = header;
  const shown = changes.slice(0, limit);
  const last = shown.at(-1);
  const base = position?.base ?? cursorOfHeader(header, catchUp);
  const sinceOrAll = header.cursor_refused ? null : since;
  const page = {
    ops: shown.map(opOfChange),
    resync: sinceOrAll === null,
    readAtMs: header.read_at_ms,
  };
  if (changes.length <= limit || last === undefined) {
    return { ...page, more: false, cursor: cursorToText(base) };
  }
  const next = { base, since: sinceOrAll, kind: last[0], key: last[1] };
  return { ...page, more: true, page: pageToText(next) };
}

function cursorOfHeader(header: ChangesRow, catchUp: CatchUpName): Cursor {
  return {
    catchUp,
    seen: header.seen,
    systemIdentifier: header.system_identifier,
    timeline: header.timeline,
    incarnation: header.incarnation,
    recoveredAtUs: header.recovered_at_us,
  };
}

/** By index, and straight to the op: a welcome does this for every row that the user has. */
function opOfChange(change: Change): Op {
  const contentId = change[2];
  if (change[0] === 0) {
    const tag = change[1];
    const removed = stampOf(change[7], change[8], change[6]);
    // The add of a removed tag is not told.
    if (removed !== undefined)
      return { kind: 'watchlist.remove', contentId, tags: [tag], ...removed };
    return { kind: 'watchlist.add', contentId, tag, ...requireStamp(change) };
  }
  const stamp = requireStamp(change);
  if (change[12] === true) return { kind: 'progress.clear', contentId, ...stamp };
  return {
    kind: 'progress.set',
    contentId,
    positionSeconds: change[9] ?? 0,
    durationSeconds: change[10] ?? 0,
    state: change[11] ?? 'stopped',
    ...stamp,
  };
}

function requireStamp(change: Change): Stamp {
  const stamp = stampOf(change[3], change[4], change[5]);
  if (stamp === undefined) throw new Error('a change has a stamp');
  return stamp;
}

function stampOf(
  physical: number | null,
  logical: number | null,
  deviceId: string | null,
): Stamp | undefined {
  if (physical === null || logical === null || deviceId === null) return undefined;
  return { timestamp: { physical, logical }, deviceId };
}
