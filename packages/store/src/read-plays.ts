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
import { textArray } from './array-literal.ts';
import { invalidCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { playOfRow, type PlayRow } from './rows.ts';
import { LIST_LIMIT_MAX, type ListPage } from './sync-repository.ts';

/** What some contents are: plays of one work are joined, under whatever name each was told. [PLY1] */
export interface PlayedWork {
  /** All names of the work, this one as well; the same array, or an equal one, for each of them. */
  readonly names: readonly string[];
  /** Undefined where it is not known. */
  readonly runningSeconds?: number | undefined;
}

/** A content that it leaves out is a work of its own, of unknown running time. */
export type WorksOf = (contentIds: readonly string[]) => Promise<ReadonlyMap<string, PlayedWork>>;

export interface PlaysRequest {
  /** From this time on, in ms since the epoch; of a day its first moment in UTC. */
  readonly fromMs?: number;
  /** Before this time. Plays of which nobody knows when are left out where either is given. */
  readonly toMs?: number;
  /** Of this work alone, by any of its names. */
  readonly contentId?: string;
  /** `nextCursor` of the page before. */
  readonly after?: string;
  /** Viewings on the page, 1 to {@link LIST_LIMIT_MAX}. */
  readonly limit: number;
  /** Default: by the catalogue and by what the user's devices say. */
  readonly worksOf?: WorksOf;
}

/** Plays of one name that a viewing is told to have, and of one day without a time that are told apart. */
const NEAR_PLAYS_MAX = 1_000;
/** Viewings in one unbroken chain of plays before a page's; a longer one is taken up there. */
const CHAINED_VIEWINGS_MAX = 512;
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
  const worksOf = keptWorks(request.worksOf);
  const names =
    request.contentId === undefined ? undefined : (await worksOf.of([request.contentId]))[0]?.names;
  const items: Viewing[] = [];
  let place = after === undefined ? START : textToPlace(after);
  let [looked, rows] = [0, 0];
  let isEnd = false;
  // Plays that joined a viewing of a later page fill less of this one than was read for it.
  for (let wanted = limit + 1; !isEnd && items.length <= limit; wanted *= 2) {
    const room = Math.min(wanted, LOOKED_PER_PAGE_MAX - looked);
    if (room <= 0) break;
    const plays = await readPage(database, userId, { ...request, names }, place, room);
    const found = await joined(database, userId, plays, worksOf);
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
  worksOf?: WorksOf,
): Promise<Viewing | undefined> {
  if (!isUuid(playId)) return undefined;
  const id = normalizeUuid(playId);
  const { rows } = await database.query<PlayRow>('get-play', [userId, id]);
  const [play] = toPlays(rows);
  if (play === undefined) return undefined;
  const works = keptWorks(worksOf);
  const around = async (at: Play) =>
    joinNear(await readNear(database, userId, [at], works)).find(
      ({ playId: own, alsoIds }) => own === id || alsoIds.includes(id),
    );
  const found = await around(play);
  // It begins with another play: what comes between the two is read from there.
  return found === undefined || found.playId === id ? found : around(found);
}

/** Asks for each content once. */
function keptWorks(worksOf: WorksOf | undefined) {
  const known = new Map<string, PlayedWork>();
  return {
    async of(contentIds: readonly string[]): Promise<PlayedWork[]> {
      const unknown = [...new Set(contentIds)].filter((contentId) => !known.has(contentId));
      const told = unknown.length > 0 ? await worksOf?.(unknown) : undefined;
      for (const contentId of unknown) {
        known.set(contentId, told?.get(contentId) ?? { names: [contentId] });
      }
      return contentIds.flatMap((contentId) => known.get(contentId) ?? []);
    },
  };
}

type KeptWorks = ReturnType<typeof keptWorks>;

async function readPage(
  database: Database,
  userId: string,
  { fromMs, toMs, names }: PlaysRequest & { readonly names: readonly string[] | undefined },
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
  const { rows } = await (names === undefined
    ? database.query<PlayRow>('list-plays', params)
    : database.query<PlayRow>('list-plays-of', [...params, textArray(names)]));
  return toPlays(rows);
}

/** The viewings whose own play is among these, in their order. */
async function joined(
  database: Database,
  userId: string,
  plays: readonly Play[],
  worksOf: KeptWorks,
): Promise<{ readonly viewings: readonly Viewing[]; readonly rows: number }> {
  if (plays.length === 0) return { viewings: [], rows: 0 };
  const near = await readNear(database, userId, plays, worksOf);
  const viewings = new Map(joinNear(near).map((viewing) => [viewing.playId, viewing]));
  return { viewings: plays.flatMap(({ playId }) => viewings.get(playId) ?? []), rows: near.rows };
}

function joinNear({ works }: NearPlays): Viewing[] {
  return [...works].flatMap(({ plays, work }) => joinPlays(plays.values(), work.runningSeconds));
}

interface Span {
  readonly work: PlayedWork;
  /** By id. */
  readonly plays: Map<string, Play>;
  oldest: string;
  readonly newest: string;
}

interface NearPlays {
  readonly works: Iterable<Pick<Span, 'work' | 'plays'>>;
  readonly rows: number;
}

/** These plays and those of the same works about their times, each once. */
async function readNear(
  database: Database,
  userId: string,
  plays: readonly Play[],
  worksOf: KeptWorks,
): Promise<NearPlays> {
  const works = await worksOf.of(plays.map(({ contentId }) => contentId));
  const spansByName = new Map<string, Span>();
  const spans = new Set<Span>();
  // The newest come first.
  for (const [index, play] of plays.entries()) {
    const { at } = placeOf(play);
    const work = works[index] ?? { names: [play.contentId] };
    let span = spansByName.get(play.contentId);
    if (span === undefined) {
      span = { work, plays: new Map(), oldest: at, newest: at };
      for (const name of [play.contentId, ...work.names]) spansByName.set(name, span);
      spans.add(span);
    }
    span.oldest = at;
    span.plays.set(play.playId, play);
  }
  const list = [...spans];
  const names = list.flatMap(({ work }, index) => work.names.map((name) => ({ index, name })));
  const { rows } = await database.query<PlayRow>('list-plays-near', [
    userId,
    list.map((_, index) => index),
    list.map(({ oldest }) => oldest),
    list.map(({ newest }) => newest),
    list.map(({ work }) => work.runningSeconds || UNKNOWN_RUNNING_SECONDS),
    names.map(({ index }) => index),
    textArray(names.map(({ name }) => name)),
    CHAINED_VIEWINGS_MAX,
    NEAR_PLAYS_MAX,
  ]);
  for (const play of toPlays(rows)) {
    spansByName.get(play.contentId)?.plays.set(play.playId, play);
  }
  return { works: list, rows: rows.length };
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
