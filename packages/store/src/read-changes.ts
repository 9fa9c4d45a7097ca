import {
  CuepointError,
  type JsonValue,
  type Op,
  type PlaybackState,
  type Stamp,
  type Timestamp,
} from '@cuepoint/core';
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
import { rowsAtOnce } from './rows-at-once.ts';
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
  /** Rows and their fields, in the order of pages. */
  readonly changes: string;
  /** Where the next page starts; null on the last one. */
  readonly end_kind: number | null;
  readonly end_at: string | null;
  readonly end_key: string | null;
}

/** A database, or a transaction of it. */
type Source = Pick<Database, 'dialect' | 'query' | 'kind'>;

const FIELD_SEPARATOR = '\u001f';
const ROW_SEPARATOR = '\u001e';

/** A changed row as the statements put it; what is null is empty. */
type Change = TagChange | RegisterChange | SaidChange;
type TagChange = readonly [
  kind: '0',
  tag: string,
  contentId: string,
  physical: string,
  logical: string,
  deviceId: string,
  removedPhysical: string,
  removedLogical: string,
  removedBy: string,
];
type RegisterChange = readonly [
  kind: '1',
  contentId: string,
  physical: string,
  logical: string,
  claimPhysical: string,
  claimLogical: string,
  deviceId: string,
  positionSeconds: string,
  durationSeconds: string,
  state: PlaybackState,
  isCleared: 't' | 'f',
];
type SaidChange = readonly [
  kind: '2',
  register: string,
  key: string,
  physical: string,
  logical: string,
  claimPhysical: string,
  claimLogical: string,
  deviceId: string,
  /** JSON; empty once cleared. */
  value: string,
];
const FIELDS_BY_KIND: Readonly<Record<string, number>> = { '0': 9, '1': 11, '2': 9 };

/** Where pages begin: with the tags of a whole state, or with those that changed. */
const KINDS = { whole: 0, changes: 2 } as const;

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
  database: Source,
  userId: string,
  { cursor, page, limit: wanted }: ChangesRequest,
): Promise<ChangesPage> {
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > CHANGES_LIMIT_MAX) {
    throw new CuepointError('limit_exceeded', `A page has 1 to ${CHANGES_LIMIT_MAX} rows.`, {
      limit: { name: 'limit', value: CHANGES_LIMIT_MAX },
    });
  }
  const limit = rowsAtOnce(database, wanted);
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
    let answer = await readPage(database, userId, { catchUp, since, position, limit });
    // What it looked at had not changed: on in statements of their own, so that others have their turns. [OPS3]
    while (answer.ops.length === 0 && answer.page !== undefined) {
      const next = textToPage(answer.page);
      answer = await readPage(database, userId, {
        catchUp,
        since: next.since,
        position: next,
        limit,
      });
    }
    return answer;
  });
}

/** A cursor of now, without reading what came before. */
export async function readCursor(database: Source, userId: string): Promise<string> {
  const { cursor, page = '' } = await readChanges(database, userId, { limit: 1 });
  return cursor ?? cursorToText(textToPage(page).base);
}

interface PageRequest {
  readonly catchUp: CatchUpName;
  readonly since: Cursor | null;
  readonly position: PagePosition | undefined;
  readonly limit: number;
}

async function readPage(
  database: Source,
  userId: string,
  request: PageRequest,
): Promise<ChangesPage> {
  const { position } = request;
  const header = await select(database, userId, request);
  // The ground moved between two pages: what is left of them would leave a hole.
  if (position !== undefined && header.cursor_refused) {
    if (isOfWholeState(position)) throw invalidPage();
    const whole = await readPage(database, userId, {
      ...request,
      since: null,
      position: undefined,
    });
    return isOfLostHistory(position.base, header) ? { ...whole, restored: true } : whole;
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
  database: Source,
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
      position?.kind ?? (since === null ? KINDS.whole : KINDS.changes),
      position?.key ?? '',
      limit + 1,
      position?.at ?? null,
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

function toPage(header: ChangesRow, { catchUp, since, position }: PageRequest): ChangesPage {
  const base = position?.base ?? cursorOfHeader(header, catchUp);
  const sinceOrAll = header.cursor_refused ? null : since;
  const page = {
    ops: changesOf(header).map(opOfChange),
    resync: sinceOrAll === null,
    ...(since !== null && header.cursor_refused && isOfLostHistory(since, header)
      ? { restored: true as const }
      : {}),
    readAtMs: header.read_at_ms,
  };
  const { end_kind: kind, end_at: at, end_key: key } = header;
  if (kind === null || key === null) return { ...page, more: false, cursor: cursorToText(base) };
  const next = { base, since: sinceOrAll, kind, at, key };
  return { ...page, more: true, page: pageToText(next) };
}

/** Whether the cursor saw what this database never had, or has no more. Crash recovery loses nothing that was acknowledged. */
function isOfLostHistory(cursor: Cursor, header: ChangesRow): boolean {
  return (
    cursor.systemIdentifier !== header.system_identifier ||
    cursor.timeline !== header.timeline ||
    cursor.incarnation !== header.incarnation ||
    endOf(cursor.seen) > endOf(header.seen)
  );
}

/** Of a snapshot the first transaction that it did not see, of a counter the version. */
function endOf(seen: string): bigint {
  const [first = '0', xmax = first] = seen.split(':');
  return BigInt(xmax);
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

function changesOf({ changes }: ChangesRow): readonly Change[] {
  if (changes === '') return [];
  return changes.split(ROW_SEPARATOR).map((row) => {
    const fields = row.split(FIELD_SEPARATOR);
    if (fields.length !== FIELDS_BY_KIND[fields[0] ?? ''])
      throw new Error('a row has a control character in an id');
    return fields as unknown as Change;
  });
}

/** By index, and straight to the op: a welcome does this for every row that the user has. */
function opOfChange(change: Change): Op {
  if (change[0] === '0') {
    const [tag, contentId] = [change[1], change[2]];
    // The add of a removed tag is not told.
    if (change[8] !== '') {
      const removed = stampOf(change[6], change[7], change[8]);
      return { kind: 'watchlist.remove', contentId, tags: [tag], ...removed };
    }
    return { kind: 'watchlist.add', contentId, tag, ...stampOf(change[3], change[4], change[5]) };
  }
  if (change[0] === '2') {
    return {
      kind: 'register.set',
      register: change[1],
      key: change[2],
      value: change[8] === '' ? null : (JSON.parse(change[8]) as JsonValue),
      ...stampOf(change[3], change[4], change[7]),
      ...claimOf(change[5], change[6]),
    };
  }
  const contentId = change[1];
  const stamp = stampOf(change[2], change[3], change[6]);
  if (change[10] === 't') return { kind: 'progress.clear', contentId, ...stamp };
  return {
    kind: 'progress.set',
    contentId,
    positionSeconds: Number(change[7]),
    durationSeconds: Number(change[8]),
    state: change[9],
    ...stamp,
    ...claimOf(change[4], change[5]),
  };
}

function stampOf(physical: string, logical: string, deviceId: string): Stamp {
  return { timestamp: { physical: Number(physical), logical: Number(logical) }, deviceId };
}

/** None where the write is an act. [CLM2] */
function claimOf(physical: string, logical: string): { readonly claim?: Timestamp } {
  return physical === '' ? {} : { claim: { physical: Number(physical), logical: Number(logical) } };
}
