import { readDate, type ContentFacts } from '@cuepoint/core';
import { dateToAnswer } from '../lists/dates.ts';
import type { TraktNumbers, TraktRepository, ViewedContents } from '../ports.ts';
import { formOf, seasonName } from './content-form.ts';
import { slugOf } from './slug.ts';

export interface TitleIds {
  readonly trakt: number;
  readonly slug: string;
  readonly imdb: string | null;
  readonly tmdb: number | null;
}

export interface MovieObject {
  readonly title: string;
  readonly year: number | null;
  readonly ids: TitleIds;
  /** In minutes. */
  readonly runtime?: number;
}

export interface ShowObject {
  readonly title: string;
  readonly year: number | null;
  readonly ids: TitleIds & { readonly tvdb: number | null };
}

export interface EpisodeObject {
  readonly season: number;
  readonly number: number;
  readonly title: string | null;
  readonly ids: {
    readonly trakt: number;
    readonly tvdb: number | null;
    readonly imdb: string | null;
    readonly tmdb: number | null;
  };
  /** In minutes. */
  readonly runtime?: number;
  readonly first_aired?: string;
}

export interface SeasonObject {
  readonly number: number;
  readonly ids: { readonly trakt: number; readonly tvdb: null; readonly tmdb: null };
}

/** A content as clients see it. `contentId` is the name that counts. */
export type Media =
  | { readonly type: 'movie'; readonly contentId: string; readonly movie: MovieObject }
  | { readonly type: 'show'; readonly contentId: string; readonly show: ShowObject }
  | {
      readonly type: 'episode';
      readonly contentId: string;
      readonly seriesId: string;
      readonly episode: EpisodeObject;
      readonly show: ShowObject;
    };

export interface MediaReader {
  /**
   * By each id that was asked for. What is neither a film nor a series nor an episode of one has no place here, such as a
   * clip, music or what nothing is known of.
   */
  mediaOf(userId: string, contentIds: readonly string[]): Promise<ReadonlyMap<string, Media>>;
  /** The same of what was read already. @param viewed with all series of these contents. */
  mediaIn(
    userId: string,
    contentIds: readonly string[],
    viewed: ViewedContents,
  ): Promise<ReadonlyMap<string, Media>>;
  /** @param seriesId the name that counts. */
  seasonsOf(
    userId: string,
    seriesId: string,
    seasons: readonly number[],
  ): Promise<ReadonlyMap<number, SeasonObject>>;
}

type Described = Omit<ContentFacts, 'type'> & { readonly type: string | undefined };

const SECONDS_PER_MINUTE = 60;

export function createMediaReader({
  repository,
  numbers,
}: {
  readonly repository: TraktRepository;
  readonly numbers: TraktNumbers;
}): MediaReader {
  async function mediaIn(
    userId: string,
    contentIds: readonly string[],
    viewed: ViewedContents,
  ): Promise<ReadonlyMap<string, Media>> {
    const names = contentIds.flatMap((id) => {
      const contentId = viewed.describe.canonical(id);
      const { seriesId } = describedIn(viewed, contentId);
      return seriesId === undefined
        ? [contentId]
        : [contentId, viewed.describe.canonical(seriesId)];
    });
    const given = await numbers.numbersOf(userId, [...new Set(names)]);
    const found = new Map<string, Media>();
    for (const id of contentIds) {
      const media = toMedia(viewed, viewed.describe.canonical(id), given);
      if (media !== undefined) found.set(id, media);
    }
    return found;
  }

  return {
    mediaIn,
    async mediaOf(userId, contentIds) {
      if (contentIds.length === 0) return new Map();
      const contents = await repository.readContents(userId, contentIds);
      const series = contentIds.flatMap((id) => {
        const { seriesId } = describedIn(contents, contents.describe.canonical(id));
        return seriesId ?? [];
      });
      const viewed =
        series.length === 0
          ? contents
          : await repository.readContents(userId, [...new Set([...contentIds, ...series])]);
      return mediaIn(userId, contentIds, viewed);
    },
    async seasonsOf(userId, seriesId, seasons) {
      const names = seasons.map((season) => seasonName(seriesId, season));
      const given = await numbers.numbersOf(userId, names);
      return new Map(
        seasons.map((season) => [
          season,
          {
            number: season,
            ids: { trakt: numberIn(given, seasonName(seriesId, season)), tvdb: null, tmdb: null },
          },
        ]),
      );
    },
  };
}

/** What is known of a content, and else what its id says. @param contentId the name that counts. */
export function describedIn({ describe }: ViewedContents, contentId: string): Described {
  const form = formOf(contentId);
  // Whatever describes contents holds their facts as they were put.
  const facts = describe.facts(contentId) as ContentFacts | undefined;
  if (facts === undefined) return { ...form, type: form.type };
  const { season = form.season, episode = form.episode, seriesId = form.seriesId } = facts;
  return {
    ...facts,
    ids: { ...form.ids, ...facts.ids },
    ...(facts.type === 'episode'
      ? {
          ...(seriesId === undefined ? {} : { seriesId }),
          ...(season === undefined ? {} : { season }),
          ...(episode === undefined ? {} : { episode }),
        }
      : {}),
  };
}

function toMedia(
  viewed: ViewedContents,
  contentId: string,
  numbers: ReadonlyMap<string, number>,
): Media | undefined {
  const described = describedIn(viewed, contentId);
  switch (described.type) {
    case 'movie':
      return { type: 'movie', contentId, movie: toMovie(contentId, described, numbers) };
    case 'series':
      return { type: 'show', contentId, show: toShow(contentId, described, numbers) };
    case 'episode': {
      const { season, episode } = described;
      if (described.seriesId === undefined || season === undefined || episode === undefined) {
        return undefined;
      }
      const seriesId = viewed.describe.canonical(described.seriesId);
      const show = toShow(seriesId, describedIn(viewed, seriesId), numbers);
      const object = toEpisode(contentId, { ...described, season, episode }, numbers);
      return { type: 'episode', contentId, seriesId, episode: object, show };
    }
    case undefined:
    default:
      return undefined;
  }
}

function toMovie(
  contentId: string,
  described: Described,
  numbers: ReadonlyMap<string, number>,
): MovieObject {
  return { ...titleOf(contentId, described, numbers), ...runtimeOf(described) };
}

function toShow(
  contentId: string,
  described: Described,
  numbers: ReadonlyMap<string, number>,
): ShowObject {
  const { ids, ...title } = titleOf(contentId, described, numbers);
  return { ...title, ids: { ...ids, tvdb: described.ids?.tvdb ?? null } };
}

function toEpisode(
  contentId: string,
  described: Described & { readonly season: number; readonly episode: number },
  numbers: ReadonlyMap<string, number>,
): EpisodeObject {
  const { ids = {}, title = null, season, episode } = described;
  return {
    season,
    number: episode,
    title,
    ids: {
      trakt: numberIn(numbers, contentId),
      tvdb: ids.tvdb ?? null,
      imdb: ids.imdb ?? null,
      tmdb: ids.tmdb ?? null,
    },
    ...runtimeOf(described),
    ...airedOf(described),
  };
}

function airedOf({ releasedAt }: Described): { readonly first_aired?: string } {
  const date = releasedAt === undefined ? undefined : readDate(releasedAt);
  return date === undefined ? {} : { first_aired: dateToAnswer(date) };
}

function titleOf(
  contentId: string,
  { title, year, ids = {} }: Described,
  numbers: ReadonlyMap<string, number>,
): Pick<MovieObject, 'title' | 'year' | 'ids'> {
  const trakt = numberIn(numbers, contentId);
  return {
    // Clients sort and print titles: one that nobody has told is called by its id.
    title: title ?? contentId,
    year: year ?? null,
    ids: {
      trakt,
      slug: slugOf(trakt, { title, year }),
      imdb: ids.imdb ?? null,
      tmdb: ids.tmdb ?? null,
    },
  };
}

function runtimeOf({ durationSeconds }: Described): { readonly runtime?: number } {
  if (durationSeconds === undefined || durationSeconds === 0) return {};
  return { runtime: Math.max(1, Math.round(durationSeconds / SECONDS_PER_MINUTE)) };
}

function numberIn(numbers: ReadonlyMap<string, number>, name: string): number {
  const number = numbers.get(name);
  if (number === undefined) throw new Error('every name was given a number');
  return number;
}
