import type { ContentFacts, Matcher } from '@cuepoint/core';
import type { TraktNumbers, TraktRepository, ViewedContents } from '../ports.ts';
import { formOf } from './content-form.ts';
import { describedIn } from './media.ts';
import { workOf, type AskedItem, type NamedWork } from './read-item.ts';

/** What a client says of contents, for the person's own `content` registers: by content id. */
export type SaidFacts = readonly (readonly [contentId: string, facts: ContentFacts])[];

export interface ResolvedItem {
  readonly type: 'movie' | 'show' | 'episode';
  readonly contentId: string;
  /** Of an episode. */
  readonly seriesId?: string;
  /** The series first. */
  readonly said: SaidFacts;
}

export interface ItemResolver {
  /** Undefined where nothing here is meant, or nobody can tell what: 404 and `not_found` on this surface. A season is no content. */
  resolve(userId: string, item: AskedItem): Promise<ResolvedItem | undefined>;
  /** The content that has a number, where the catalogue or this person knows it. */
  contentOf(userId: string, number: number): Promise<string | undefined>;
}

export function createItemResolver({
  repository,
  numbers,
  matcher,
}: {
  readonly repository: TraktRepository;
  readonly numbers: TraktNumbers;
  readonly matcher: Pick<Matcher, 'match'>;
}): ItemResolver {
  /** A number alone says nothing to somebody who never saw it: others' contents are not to be found by counting. */
  async function contentOf(userId: string, number: number): Promise<string | undefined> {
    const name = (await numbers.namesOf(userId, [number])).get(number);
    if (name === undefined) return undefined;
    const viewed = await repository.readContents(userId, [name]);
    if (isKnown(viewed, name)) return viewed.describe.canonical(name);
    // An episode that nobody described is known by its series, and a series by what is known to be in it.
    const { seriesId = name } = formOf(name);
    const group = await repository.readViewed(userId, [seriesId]);
    const names = [seriesId, ...group.describe.episodesOf(group.describe.canonical(seriesId))];
    return names.some((other) => isKnown(group, other))
      ? group.describe.canonical(name)
      : undefined;
  }

  async function resolveTitle(
    userId: string,
    type: 'movie' | 'show',
    named: NamedWork,
  ): Promise<string | undefined> {
    if (named.number !== undefined) {
      const contentId = await contentOf(userId, named.number);
      if (contentId !== undefined) return contentId;
    }
    const work = workOf({ type, ...named });
    const match = work && (await matcher.match(userId, work));
    return match?.kind === 'matched' ? match.contentId : undefined;
  }

  async function resolveEpisode(
    userId: string,
    item: Extract<AskedItem, { type: 'episode' }>,
  ): Promise<ResolvedItem | undefined> {
    const { show, season, episode, absolute } = item;
    if (item.number !== undefined) {
      const contentId = await contentOf(userId, item.number);
      if (contentId !== undefined) return episodeFrom(userId, contentId, item);
    }
    const isNumbered = season !== undefined && episode !== undefined;
    // Jellyfin names an episode that it knows by ids as season 0, number 0.
    const isPlaced = isNumbered && !(season === 0 && episode === 0);
    if (show?.number !== undefined || (!isPlaced && absolute !== undefined && show !== undefined)) {
      const seriesId = await resolveTitle(userId, 'show', show);
      if (seriesId !== undefined) {
        const place = isPlaced ? { season, episode } : absolute;
        const found = place === undefined ? undefined : await findInSeries(userId, seriesId, place);
        if (found !== undefined) {
          return {
            type: 'episode',
            ...found,
            seriesId,
            said: saidOf(item, { ...found, seriesId }),
          };
        }
      }
    }
    const { season: _season, episode: _episode, ...byIds } = item;
    const work = workOf(isPlaced ? item : byIds);
    const match = work && (await matcher.match(userId, work));
    if (match?.kind !== 'matched') return undefined;
    const { contentId, seriesId = formOf(contentId).seriesId } = match;
    if (seriesId === undefined) return episodeFrom(userId, contentId, item);
    const place = isPlaced ? { season, episode } : formOf(contentId);
    return {
      type: 'episode',
      contentId,
      seriesId,
      said: saidOf(item, { contentId, seriesId, ...place }),
    };
  }

  async function episodeFrom(
    userId: string,
    contentId: string,
    item: AskedItem,
  ): Promise<ResolvedItem | undefined> {
    const viewed = await repository.readContents(userId, [contentId]);
    const { type, seriesId, season, episode } = describedIn(
      viewed,
      viewed.describe.canonical(contentId),
    );
    if (type !== 'episode' || seriesId === undefined) return undefined;
    const said = saidOf(item, { contentId, seriesId, season, episode });
    return { type: 'episode', contentId, seriesId, said };
  }

  async function findInSeries(
    userId: string,
    seriesId: string,
    place: number | { readonly season: number; readonly episode: number },
  ): Promise<PlacedEpisode | undefined> {
    const viewed = await repository.readViewed(userId, [seriesId]);
    const episodes = episodesIn(viewed, viewed.describe.canonical(seriesId));
    if (typeof place === 'number') {
      return episodes.filter(({ season }) => season > 0)[place - 1];
    }
    const { season, episode } = place;
    const known = episodes.find((one) => one.season === season && one.episode === episode);
    return known ?? { contentId: `${seriesId}:s${season}e${episode}`, season, episode };
  }

  return {
    contentOf,
    async resolve(userId, item) {
      if (item.type === 'season') return undefined;
      if (item.type === 'episode') return resolveEpisode(userId, item);
      const contentId = await resolveTitle(userId, item.type, item);
      if (contentId === undefined) return undefined;
      return { type: item.type, contentId, said: saidOf(item, { contentId }) };
    },
  };
}

function isKnown({ describe, state }: ViewedContents, name: string): boolean {
  const contentId = describe.canonical(name);
  const isSaid = (id: string) =>
    state.progress(id) !== undefined ||
    (['watched', 'dismissed', 'rewatch'] as const).some((kind) => state.register(kind, id));
  return describe.facts(contentId) !== undefined || isSaid(name) || isSaid(contentId);
}

export interface PlacedEpisode {
  readonly contentId: string;
  readonly season: number;
  readonly episode: number;
}

/** In the order of season and number, each once. @param seriesId the name that counts. */
export function episodesIn(viewed: ViewedContents, seriesId: string): readonly PlacedEpisode[] {
  const ids = new Set(
    [...viewed.describe.episodesOf(seriesId)].map((id) => viewed.describe.canonical(id)),
  );
  return [...ids]
    .flatMap((contentId) => {
      const { type, season, episode } = describedIn(viewed, contentId);
      if (type !== 'episode' || season === undefined || episode === undefined) return [];
      return [{ contentId, season, episode }];
    })
    .toSorted((a, b) => a.season - b.season || a.episode - b.episode);
}

interface Placed {
  readonly contentId: string;
  readonly seriesId?: string | undefined;
  readonly season?: number | undefined;
  readonly episode?: number | undefined;
}

/** What a client tells of the contents that it names; nothing of what it only refers to. */
function saidOf(item: AskedItem, { contentId, seriesId, season, episode }: Placed): SaidFacts {
  if (item.type === 'season') return [];
  if (item.type !== 'episode') {
    const type = item.type === 'movie' ? 'movie' : 'series';
    const facts = factsOf(type, item);
    return facts === undefined ? [] : [[contentId, facts]];
  }
  if (seriesId === undefined) return [];
  const series = item.show && factsOf('series', item.show);
  return [
    ...(series === undefined ? [] : ([[seriesId, series]] as const)),
    [
      contentId,
      {
        ...(factsOf('episode', item) ?? { type: 'episode' }),
        seriesId,
        ...(season === undefined ? {} : { season }),
        ...(episode === undefined ? {} : { episode }),
      },
    ],
  ];
}

function factsOf(type: ContentFacts['type'], named: NamedWork): ContentFacts | undefined {
  const { title, year, ids } = named;
  const hasIds = Object.keys(ids).length > 0;
  if (title === undefined && year === undefined && !hasIds) return undefined;
  return {
    type,
    ...(title === undefined ? {} : { title }),
    ...(year === undefined ? {} : { year }),
    ...(hasIds ? { ids } : {}),
  };
}
