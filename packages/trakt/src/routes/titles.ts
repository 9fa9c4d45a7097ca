import { addRoute } from '../http/add-route.ts';
import { notFound } from '../http/trakt-error.ts';
import type { EpisodeObject } from '../items/media.ts';
import { episodesIn, type PlacedEpisode } from '../items/resolve-item.ts';
import type { TraktScope } from '../plugin.ts';
import { groupBy, isReleased } from '../reading/library.ts';
import { findTitle } from './find-title.ts';
import { addList, paramsOf } from './lists-of-person.ts';

/** What films, shows, seasons and episodes are. */
export function addTitleRoutes(scope: TraktScope): void {
  const { app, callerOf, media, library } = scope;

  addRoute(app, 'GET', '/movies/:id', async (request) => {
    const { userId } = callerOf(request);
    const contentId = await findTitle(scope, userId, 'movie', paramsOf(request)['id'] ?? '');
    const one = contentId && (await media.mediaOf(userId, [contentId])).get(contentId);
    if (!one || one.type !== 'movie') throw notFound('There is no such film.');
    return one.movie;
  });

  addRoute(app, 'GET', '/shows/:id', async (request) => {
    const { userId } = callerOf(request);
    const { seriesId, show } = await requireShow(scope, userId, paramsOf(request)['id']);
    const airedOf = await library.aired(userId, [seriesId]);
    return { ...show, aired_episodes: airedOf(seriesId) };
  });

  addList(scope, '/shows/:id/seasons', async ({ caller: { userId }, params, extended }) => {
    const { seriesId } = await requireShow(scope, userId, params['id']);
    const { episodes, airedIn } = await readEpisodes(scope, userId, seriesId);
    const bySeason = groupBy(episodes, ({ season }) => season);
    const seasons = await media.seasonsOf(userId, seriesId, [...bySeason.keys()]);
    const objects = extended.has('episodes') ? await objectsOf(scope, userId, episodes) : undefined;
    return [...bySeason].flatMap(([number, inSeason]) => {
      const season = seasons.get(number);
      if (season === undefined) return [];
      return [
        {
          ...season,
          ...(extended.has('full')
            ? { episode_count: inSeason.length, aired_episodes: airedIn(number) }
            : {}),
          ...(objects === undefined ? {} : { episodes: listObjects(inSeason, objects) }),
        },
      ];
    });
  });

  addList(scope, '/shows/:id/seasons/:season', async ({ caller: { userId }, params }) => {
    const { seriesId } = await requireShow(scope, userId, params['id']);
    const { episodes } = await readEpisodes(scope, userId, seriesId);
    const inSeason = episodes.filter(({ season }) => season === Number(params['season']));
    if (inSeason.length === 0) throw notFound('There is no such season.');
    return listObjects(inSeason, await objectsOf(scope, userId, inSeason));
  });

  addRoute(app, 'GET', '/shows/:id/seasons/:season/episodes/:episode', async (request) => {
    const { userId } = callerOf(request);
    const { id, season, episode } = paramsOf(request);
    const { seriesId } = await requireShow(scope, userId, id);
    const { episodes } = await readEpisodes(scope, userId, seriesId);
    const found = episodes.filter(
      (one) => one.season === Number(season) && one.episode === Number(episode),
    );
    const [object] = listObjects(found, await objectsOf(scope, userId, found));
    if (object === undefined) throw notFound('There is no such episode.');
    return object;
  });
}

async function requireShow(scope: TraktScope, userId: string, id = '') {
  const seriesId = await findTitle(scope, userId, 'show', id);
  if (seriesId === undefined) throw notFound('There is no such show.');
  const one = (await scope.media.mediaOf(userId, [seriesId])).get(seriesId);
  if (one?.type === 'show') return { seriesId, show: one.show };
  // A series that nobody described is told of by what is in it.
  const viewed = await scope.ports.repository.readViewed(userId, [seriesId]);
  const [first] = episodesIn(viewed, seriesId);
  const told = first && (await scope.media.mediaOf(userId, [first.contentId])).get(first.contentId);
  if (told?.type !== 'episode') throw notFound('There is no such show.');
  return { seriesId, show: told.show };
}

async function readEpisodes({ ports }: TraktScope, userId: string, seriesId: string) {
  const viewed = await ports.repository.readViewed(userId, [seriesId]);
  const episodes = episodesIn(viewed, seriesId);
  const nowMs = ports.now();
  const airedIn = (number: number) =>
    episodes.filter(
      ({ season, contentId }) =>
        season === number && isReleased(viewed.describe.facts(contentId)?.releasedAt, nowMs),
    ).length;
  return { episodes, airedIn };
}

async function objectsOf(
  { media }: TraktScope,
  userId: string,
  episodes: readonly PlacedEpisode[],
): Promise<ReadonlyMap<string, EpisodeObject>> {
  const found = await media.mediaOf(
    userId,
    episodes.map(({ contentId }) => contentId),
  );
  const objects = new Map<string, EpisodeObject>();
  for (const [id, one] of found) if (one.type === 'episode') objects.set(id, one.episode);
  return objects;
}

function listObjects(
  episodes: readonly PlacedEpisode[],
  objects: ReadonlyMap<string, EpisodeObject>,
): EpisodeObject[] {
  return episodes.flatMap(({ contentId }) => objects.get(contentId) ?? []);
}
