import { Buffer } from 'node:buffer';
import {
  CuepointError,
  isUuid,
  joinPlays,
  normalizeUuid,
  playMsOf,
  UNKNOWN_RUNNING_SECONDS,
  type Play,
  type Viewing,
} from '@cuepoint/core';
import { invalidCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { playOfRow, type PlayRow } from './rows.ts';
import { LIST_LIMIT_MAX, type ListPage } from './sync-repository.ts';

/** The running time of a content in seconds; undefined where it is not known. [PLY1] */
export type RunningSecondsOf = (contentId: string) => number | undefined;

export interface PlaysRequest {
  /** From this time on, in ms since the epoch; of a day its first moment in UTC. */
  readonly fromMs?: number;
  /** Before this time. Plays of which nobody knows when are left out where either is given. */
  readonly toMs?: number;
  readonly contentId?: string;
  /** `nextCursor` of the page before. */
  readonly after?: string;
  /** Viewings on the page, 1 to {@link LIST_LIMIT_MAX}. */
  readonly limit: number;
  readonly runningSecondsOf?: RunningSecondsOf;
}

/** Plays of one content that are looked at before a page's and after, to tell which of them are one viewing. */
const NEAR_PLAYS_MAX = 64;
/** Plays that are looked at for one page: those that join others fill no page, however many there are. [OPS3] */
const LOOKED_PER_PAGE_MAX = 1_000;
/** How PostgreSQL says where plays stand of which nobody knows when. */
const UNKNOWN = '-infinity';
/** Before every page, and after every play. */
const START = { at: 'infinity', playId: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

export interface PlaysPage extends ListPage<Viewing> {
  /** Rows that were read for it. */
  readonly rows: number;
}

interface Place {
  readonly at: string;
  readonly playId: string;
}

/**
 * A page of the history, the newest viewing first; viewings of which nobody knows when come last. Plays that tell of one
 * viewing are one, wherever pages end. A page costs its own rows and what is near them; where very many plays are one viewing it
 * ends before it is full, and says where to go on. [PLY1] [OPS3]
 *
 * @throws CuepointError `limit_exceeded`, `invalid_cursor`
 */
export async function readPlays(
  database: Database,
  userId: string,
  request: PlaysRequest,
): Promise<PlaysPage> {
  const { limit, after } = request;
  if (!Number.isInteger(limit) || limit < 1 || limit > LIST_LIMIT_MAX) {
    throw new CuepointError('limit_exceeded', `A list has 1 to ${LIST_LIMIT_MAX} items a page.`, {
      field: 'limit',
      limit: { name: 'limit', value: LIST_LIMIT_MAX },
    });
  }
  const items: Viewing[] = [];
  let place = after === undefined ? START : textToPlace(after);
  let [looked, rows] = [0, 0];
  let isEnd = false;
  // Plays that joined a viewing of a later page fill less of this one than was read for it.
  for (let wanted = limit + 1; !isEnd && items.length <= limit; wanted *= 2) {
    const room = Math.min(wanted, LOOKED_PER_PAGE_MAX - looked);
    if (room <= 0) break;
    const plays = await readPage(database, userId, request, place, room);
    const found = await joined(database, userId, plays, request.runningSecondsOf);
    items.push(...found.viewings);
    looked += plays.length;
    rows += plays.length + found.rows;
    isEnd = plays.length < room;
    const last = plays.at(-1);
    if (last !== undefined) place = placeOf(last);
  }
  const page = items.slice(0, limit);
  const last = page.at(-1);
  if (items.length > limit && last !== undefined) place = placeOf(last);
  else if (isEnd)
    return after === undefined ? { items, total: items.length, rows } : { items, rows };
  return { items: page, nextCursor: placeToText(place), rows };
}

/** The viewing that a play tells of; undefined for one that is not there, or removed. [OPS3] */
export async function readViewing(
  database: Database,
  userId: string,
  playId: string,
  runningSecondsOf?: RunningSecondsOf,
): Promise<Viewing | undefined> {
  if (!isUuid(playId)) return undefined;
  const id = normalizeUuid(playId);
  const { rows } = await database.query<PlayRow>('get-play', [userId, id]);
  const [play] = toPlays(rows);
  if (play === undefined) return undefined;
  const near = await readNear(database, userId, [play], runningSecondsOf);
  const viewings = joinPlays(near.plays, runningSecondsOf?.(play.contentId));
  return viewings.find(({ playId: own, alsoIds }) => own === id || alsoIds.includes(id));
}

async function readPage(
  database: Database,
  userId: string,
  { fromMs, toMs, contentId }: PlaysRequest,
  { at, playId }: Place,
  rowsMax: number,
): Promise<Play[]> {
  const isBounded = fromMs !== undefined || toMs !== undefined;
  const from = fromMs === undefined ? undefined : new Date(fromMs).toISOString();
  const params = [
    userId,
    at,
    playId,
    // The year 1 comes before every play that has a time.
    from ?? (isBounded ? '0001-01-01T00:00:00Z' : UNKNOWN),
    toMs === undefined ? 'infinity' : new Date(toMs).toISOString(),
    rowsMax,
  ];
  const { rows } = await (contentId === undefined
    ? database.query<PlayRow>('list-plays', params)
    : database.query<PlayRow>('list-plays-of', [...params, contentId]));
  return toPlays(rows);
}

/** The viewings whose own play is among these, in their order. */
async function joined(
  database: Database,
  userId: string,
  plays: readonly Play[],
  runningSecondsOf: RunningSecondsOf | undefined,
): Promise<{ readonly viewings: readonly Viewing[]; readonly rows: number }> {
  if (plays.length === 0) return { viewings: [], rows: 0 };
  const near = await readNear(database, userId, plays, runningSecondsOf);
  const playsByContent = new Map<string, Play[]>();
  for (const play of near.plays) {
    const known = playsByContent.get(play.contentId) ?? [];
    known.push(play);
    playsByContent.set(play.contentId, known);
  }
  const viewings = new Map<string, Viewing>();
  for (const [contentId, told] of playsByContent) {
    for (const viewing of joinPlays(told, runningSecondsOf?.(contentId))) {
      viewings.set(viewing.playId, viewing);
    }
  }
  return { viewings: plays.flatMap(({ playId }) => viewings.get(playId) ?? []), rows: near.rows };
}

/** These plays and those of the same contents about their times, each once. */
async function readNear(
  database: Database,
  userId: string,
  plays: readonly Play[],
  runningSecondsOf: RunningSecondsOf | undefined,
): Promise<{ readonly plays: Iterable<Play>; readonly rows: number }> {
  const spans = new Map<string, { oldest: string; newest: string }>();
  // The newest come first.
  for (const play of plays) {
    const { at } = placeOf(play);
    const span = spans.get(play.contentId);
    if (span === undefined) spans.set(play.contentId, { oldest: at, newest: at });
    else span.oldest = at;
  }
  const contents = [...spans.keys()];
  const { rows } = await database.query<PlayRow>('list-plays-near', [
    userId,
    contents,
    [...spans.values()].map(({ oldest }) => oldest),
    [...spans.values()].map(({ newest }) => newest),
    contents.map((contentId) => runningSecondsOf?.(contentId) || UNKNOWN_RUNNING_SECONDS),
    NEAR_PLAYS_MAX,
  ]);
  const near = new Map(plays.map((play) => [play.playId, play]));
  for (const play of toPlays(rows)) near.set(play.playId, play);
  return { plays: near.values(), rows: rows.length };
}

function toPlays(rows: readonly PlayRow[]): Play[] {
  return rows
    .map(playOfRow)
    .flatMap(({ tag, contentId, added, removed, watchedAt, source }) =>
      added === null || removed !== null ? [] : [{ playId: tag, contentId, watchedAt, source }],
    );
}

function placeOf(play: Play): Place {
  const ms = playMsOf(play);
  return { at: ms === -Infinity ? UNKNOWN : new Date(ms).toISOString(), playId: play.playId };
}

function placeToText({ at, playId }: Place): string {
  return Buffer.from(`${at} ${playId}`).toString('base64url');
}

const PLACE = /^(?<at>-infinity|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z) (?<playId>\S{36})$/;

function textToPlace(text: string): Place {
  const place = Buffer.from(text, 'base64url').toString();
  const { at, playId } = PLACE.exec(place)?.groups ?? {};
  if (at === undefined || playId === undefined || !isUuid(playId)) throw invalidCursor();
  if (at !== UNKNOWN && Number.isNaN(Date.parse(at))) throw invalidCursor();
  return { at, playId };
}
