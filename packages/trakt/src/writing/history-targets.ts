import { fieldsOf, listOf, type Fields } from '../items/fields.ts';
import { describedIn } from '../items/media.ts';
import { idOf, readNamed } from '../items/read-item.ts';
import { episodesIn, type SaidFacts } from '../items/resolve-item.ts';
import type { TraktScope } from '../plugin.ts';
import { isReleased } from '../reading/library.ts';
import {
  echoOf,
  ITEMS_PER_CALL_MAX,
  mapSome,
  nothingMissing,
  readAskedLists,
  tooMany,
  type AskedEntry,
  type NotFound,
} from './asked-lists.ts';

/** One content that a request is about. */
export interface HistoryTarget {
  readonly of: 'movies' | 'episodes';
  readonly contentId: string;
  /** Day or instant of its release, where it is known. */
  readonly releasedAt: string | undefined;
  /** As the client says it, for the item, its season or its show. */
  readonly watchedAt: unknown;
  readonly said: SaidFacts;
}

export interface HistoryTargets {
  readonly targets: readonly HistoryTarget[];
  readonly notFound: NotFound;
}

/**
 * The films and episodes of a request. A show or a season alone means all of its episodes that are out; seasons and episodes in a
 * show mean those.
 */
export async function readTargets(
  scope: TraktScope,
  userId: string,
  body: Fields,
): Promise<HistoryTargets> {
  const notFound = nothingMissing();
  const found = await mapSome(readAskedLists(body), async (entry) => {
    const targets = await targetsOf(scope, userId, entry);
    if (targets.length === 0) notFound[entry.list].push(echoOf(entry));
    return targets;
  });
  const targets = found.flat();
  if (targets.length > ITEMS_PER_CALL_MAX) throw tooMany();
  return { targets, notFound };
}

async function targetsOf(
  scope: TraktScope,
  userId: string,
  entry: AskedEntry,
): Promise<readonly HistoryTarget[]> {
  const { items, ports } = scope;
  const { list, fields, item } = entry;
  const watchedAt = fields['watched_at'];
  if (list === 'movies' || list === 'episodes') {
    const resolved = await items.resolve(userId, item);
    if (resolved === undefined) return [];
    const { contentId, said } = resolved;
    const { describe } = await ports.repository.readContents(userId, [contentId]);
    const releasedAt = describe.facts(describe.canonical(contentId))?.releasedAt;
    return [{ of: list, contentId, releasedAt, watchedAt, said }];
  }
  if (list === 'shows') {
    const show = await items.resolve(userId, item);
    if (show === undefined) return [];
    const asked = listOf(fields['seasons']).map((one) => fieldsOf(one) ?? {});
    const seasons =
      fields['seasons'] === undefined ? undefined : asked.map((one) => seasonOf(one, watchedAt));
    return episodesOf(scope, userId, {
      seriesId: show.contentId,
      said: show.said,
      seasons,
      watchedAt,
    });
  }
  const season = await findSeason(scope, userId, fields);
  if (season === undefined) return [];
  const { seriesId, number, said } = season;
  const seasons = [seasonOf({ ...fields, number }, watchedAt)];
  return episodesOf(scope, userId, { seriesId, said, seasons, watchedAt });
}

interface AskedSeason {
  readonly number: number | undefined;
  readonly watchedAt: unknown;
  /** Undefined for all of it. */
  readonly episodes:
    | readonly { readonly number: number | undefined; readonly watchedAt: unknown }[]
    | undefined;
}

function seasonOf(fields: Fields, ofShow: unknown): AskedSeason {
  const watchedAt = fields['watched_at'] ?? ofShow;
  const isWhole = fields['episodes'] === undefined || fields['episodes'] === null;
  return {
    number: numberOf(fields['number']),
    watchedAt,
    episodes: isWhole
      ? undefined
      : listOf(fields['episodes']).map((value) => {
          const episode = fieldsOf(value) ?? {};
          return {
            number: numberOf(episode['number']),
            watchedAt: episode['watched_at'] ?? watchedAt,
          };
        }),
  };
}

function numberOf(value: unknown): number | undefined {
  if (value === 0 || value === '0') return 0;
  const number = idOf(value);
  return number !== undefined && number <= 1_000_000 ? number : undefined;
}

interface AskedShow {
  readonly seriesId: string;
  readonly said: SaidFacts;
  /** Undefined for all of it, but for specials. */
  readonly seasons: readonly AskedSeason[] | undefined;
  readonly watchedAt: unknown;
}

async function episodesOf(
  { ports }: TraktScope,
  userId: string,
  { seriesId, said, seasons, watchedAt }: AskedShow,
): Promise<HistoryTarget[]> {
  const viewed = await ports.repository.readViewed(userId, [seriesId]);
  const { describe } = viewed;
  const nowMs = ports.now();
  const known = episodesIn(viewed, describe.canonical(seriesId)).map(
    ({ contentId, season, episode }) => {
      const releasedAt = describe.facts(contentId)?.releasedAt;
      return { contentId, season, episode, releasedAt };
    },
  );
  const targetOf = (episode: (typeof known)[number], at: unknown): HistoryTarget => ({
    of: 'episodes',
    contentId: episode.contentId,
    releasedAt: episode.releasedAt,
    watchedAt: at,
    said,
  });
  const whole = (season: number | undefined, at: unknown): HistoryTarget[] =>
    known
      .filter((episode) =>
        season === undefined ? episode.season !== 0 : episode.season === season,
      )
      .filter(({ releasedAt }) => isReleased(releasedAt, nowMs))
      .map((episode) => targetOf(episode, at));
  if (seasons === undefined) return whole(undefined, watchedAt);
  return seasons.flatMap(({ number: season, episodes, watchedAt: ofSeason }) => {
    if (season === undefined) return [];
    if (episodes === undefined) return whole(season, ofSeason);
    return episodes.flatMap(({ number: episode, watchedAt: at }) => {
      if (episode === undefined) return [];
      const found = known.find((one) => one.season === season && one.episode === episode);
      if (found !== undefined) return [targetOf(found, at)];
      const contentId = `${describe.canonical(seriesId)}:s${season}e${episode}`;
      const facts = {
        type: 'episode' as const,
        seriesId: describe.canonical(seriesId),
        season,
        episode,
      };
      return [
        {
          ...targetOf({ contentId, season, episode, releasedAt: undefined }, at),
          said: [...said, [contentId, facts] as const],
        },
      ];
    });
  });
}

/** By the number that it was given, or as a season of a show. */
async function findSeason(
  { ports, items }: TraktScope,
  userId: string,
  fields: Fields,
): Promise<
  { readonly seriesId: string; readonly number: number; readonly said: SaidFacts } | undefined
> {
  const own = idOf(fieldsOf(fields['ids'])?.['trakt']);
  if (own !== undefined && own < 2 ** 31) {
    const name = (await ports.numbers.namesOf(userId, [own])).get(own) ?? '';
    const [, seriesId, season] = /^(.+):s(\d+)$/.exec(name) ?? [];
    if (seriesId === undefined) return undefined;
    const viewed = await ports.repository.readViewed(userId, [seriesId]);
    const isSeries = describedIn(viewed, viewed.describe.canonical(seriesId)).type !== 'movie';
    return isSeries ? { seriesId, number: Number(season), said: [] } : undefined;
  }
  const show = fieldsOf(fields['show']);
  const number = numberOf(fields['number']);
  if (show === undefined || number === undefined) return undefined;
  const found = await items.resolve(userId, { type: 'show', ...readNamed(show) });
  return found && { seriesId: found.contentId, number, said: found.said };
}
