import type { Play, PlayEntry } from '@cuepoint/core';
import { plainArray, textArray } from '../array-literal.ts';
import type { Database } from '../database.ts';
import { withDialect } from '../dialect.ts';
import { playOfRow, type PlayRow } from '../rows.ts';
import { ofCounters } from '../sql-files.ts';
import { WatchedNames, type WatchedName } from './watched-lines.ts';

/** Which plays, the newest first. */
export interface PlaysFilter {
  /** Both included, in ms since the epoch; with either, plays of which nobody knows when are left out. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Only of these, by the names that plays have. */
  readonly contentIds?: readonly string[] | undefined;
  /** Types of contents, as `ContentFacts` has them. */
  readonly types: readonly string[];
  /** Names of which the type is known under another one, and is one of these. */
  readonly known: readonly string[];
  /** Plays that tell of the viewing of another one. */
  readonly without: readonly string[];
}

/** When things of a user changed last, in ms since the epoch; undefined where there are none. */
export interface UserChanges {
  readonly playedMs: number | undefined;
  readonly pausedMs: number | undefined;
  readonly watchlistedMs: number | undefined;
  readonly markedMs: number | undefined;
  /** Of registers, by their kind. */
  readonly saidMs: ReadonlyMap<string, number>;
}

/** Season, episode and when it was or is released, as it was told. */
export type SeriesEpisode = readonly [
  season: number,
  episode: number,
  releasedAt: string | undefined,
];

/**
 * What a user watched as whole lists and numbered pages, for programs that know no cursor. The first argument of each method is the
 * user.
 */
export interface WatchedLists {
  /** By every name that was played or marked. @param names only these. */
  readWatched(userId: string, names?: readonly string[]): Promise<readonly WatchedName[]>;
  /** What the catalogue and the user's own devices know to be in each series, under these very names. */
  readSeriesEpisodes(
    userId: string,
    seriesIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly SeriesEpisode[]>>;
  /** Plays of one content so close to each other that they may tell of one viewing. [PLY1] */
  listClosePlays(userId: string): Promise<readonly Play[]>;
  /** Names that were played, and of which nothing is known. */
  listUnknownPlayed(userId: string): Promise<readonly string[]>;
  countPlays(userId: string, filter: PlaysFilter): Promise<number>;
  /** Costs an aggregate of what the user has, and the rows of the page. */
  listPlays(
    userId: string,
    filter: PlaysFilter & { readonly offset: number; readonly limit: number },
  ): Promise<readonly Play[]>;
  /** Of plays whose ids lie between others, both included. */
  findPlays(
    userId: string,
    ranges: readonly (readonly [from: string, to: string])[],
  ): Promise<readonly Play[]>;
  readLastChanges(userId: string): Promise<UserChanges>;
}

/** No running time is longer: what begins later tells of another viewing. */
const CLOSE_SECONDS = 24 * 60 * 60;

export function createWatchedLists(database: Database): WatchedLists {
  async function readText(name: string, params: readonly unknown[]): Promise<string> {
    const { rows } = await database.query<{ lines: string | null }>(name, params);
    return rows[0]?.lines ?? '';
  }

  return {
    async readWatched(userId, names) {
      const params = [userId, names === undefined ? null : textArray(names)];
      const played = await readText('list-played', params);
      let marked = await readText('list-marked', [...params, false]);
      let watched = new WatchedNames({ played, marked });
      if (watched.isUnmarked()) {
        marked = await readText('list-marked', [...params, true]);
        watched = new WatchedNames({ played, marked });
      }
      const unplaced = watched.unplaced();
      if (unplaced.length > 0) {
        watched.place(await readText('list-placed', [userId, textArray(unplaced)]));
      }
      return watched.names();
    },

    async readSeriesEpisodes(userId, seriesIds) {
      if (seriesIds.length === 0) return new Map();
      const { rows } = await database.query<{ series_id: string; lines: string }>('read-aired', [
        userId,
        textArray(seriesIds),
      ]);
      return new Map(
        rows.map(({ series_id, lines }) => [series_id, lines.split('\u001E').map(toEpisode)]),
      );
    },

    async listClosePlays(userId) {
      const params = [userId, CLOSE_SECONDS];
      const { rows } = await database.query<PlayRow>('list-close-plays', params);
      return rows.map(toPlay);
    },

    async listUnknownPlayed(userId) {
      const { rows } = await database.query<{ content_id: string }>('list-unknown-played', [
        userId,
      ]);
      return rows.map(({ content_id }) => content_id);
    },

    async countPlays(userId, filter) {
      const { rows } = await database.query<{ plays: number }>(
        'count-plays',
        paramsOf(userId, filter),
      );
      return rows[0]?.plays ?? 0;
    },

    async listPlays(userId, { offset, limit, ...filter }) {
      const params = [...paramsOf(userId, filter), offset, limit];
      const { rows } = await database.query<PlayRow>('list-plays-from', params);
      return rows.map(toPlay);
    },

    async findPlays(userId, ranges) {
      if (ranges.length === 0) return [];
      const { rows } = await database.query<PlayRow>('list-plays-between', [
        userId,
        plainArray(ranges.map(([from]) => from)),
        plainArray(ranges.map(([, to]) => to)),
      ]);
      return rows.map(toPlay);
    },

    async readLastChanges(userId) {
      const { rows } = await withDialect(database.dialect, ({ catchUp }) =>
        database.query<ChangesRow>(
          catchUp === 'counter' ? ofCounters('read-last-changes') : 'read-last-changes',
          [userId],
        ),
      );
      const [row] = rows;
      return {
        playedMs: row?.played_at?.getTime(),
        pausedMs: row?.paused_at?.getTime(),
        watchlistedMs: row?.watchlisted_at?.getTime(),
        markedMs: row?.marked_at?.getTime(),
        saidMs: new Map(Object.entries(row?.said ?? {})),
      };
    },
  };
}

interface ChangesRow {
  readonly played_at: Date | null;
  readonly paused_at: Date | null;
  readonly watchlisted_at: Date | null;
  readonly marked_at: Date | null;
  readonly said: Readonly<Record<string, number>> | null;
}

function paramsOf(userId: string, filter: PlaysFilter): unknown[] {
  const { fromMs, toMs, contentIds, types, known, without } = filter;
  const isBounded = fromMs !== undefined || toMs !== undefined;
  const from = fromMs === undefined ? undefined : new Date(fromMs).toISOString();
  return [
    userId,
    // The year 1 comes before every play that has a time.
    from ?? (isBounded ? '0001-01-01T00:00:00Z' : '-infinity'),
    toMs === undefined ? 'infinity' : new Date(toMs).toISOString(),
    contentIds === undefined ? null : textArray(contentIds),
    plainArray(without),
    textArray(types),
    textArray(known),
  ];
}

function toPlay(row: PlayRow): Play {
  const { tag, contentId, watchedAt, source }: PlayEntry = playOfRow(row);
  return { playId: tag, contentId, watchedAt, source };
}

function toEpisode(line: string): SeriesEpisode {
  const [season, episode, releasedAt] = line.split('\u001F');
  return [Number(season), Number(episode), releasedAt];
}
