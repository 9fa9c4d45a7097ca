import { addRoute } from '../http/add-route.ts';
import { notFound } from '../http/trakt-error.ts';
import {
  toWatchedMovie,
  toWatchedShow,
  toWatchedShowAlone,
  toWatchedShowProgress,
} from '../lists/watched.ts';
import { toShowProgress } from '../lists/show-progress.ts';
import { isSet } from '../items/fields.ts';
import type { TraktScope } from '../plugin.ts';
import { readShowProgress } from '../reading/show-progress.ts';
import { pageOf } from '../lists/pages.ts';
import { addPersonalList, paramsOf } from './lists-of-person.ts';
import { findTitle } from './find-title.ts';

/** What was watched, as whole lists, and where the person is in a show. */
export function addWatchedRoutes(scope: TraktScope): void {
  const { app, library, callerOf } = scope;

  addPersonalList(scope, '/watched/movies', async ({ caller, page }) => {
    const movies = await library.movies(caller.userId);
    return { items: pageOf(movies, page).map(toWatchedMovie), itemCount: movies.length };
  });

  addPersonalList(scope, '/watched/shows', async ({ caller, page, extended }) => {
    const shows = await library.shows(caller.userId);
    const toItem =
      extended.has('noseasons') || extended.has('min')
        ? toWatchedShowAlone
        : extended.has('progress')
          ? toWatchedShowProgress
          : toWatchedShow;
    return { items: pageOf(shows, page).map(toItem), itemCount: shows.length };
  });

  for (const kind of ['watched', 'collection']) {
    addRoute(app, 'GET', `/shows/:id/progress/${kind}`, async (request) => {
      const { userId } = callerOf(request);
      const query = request.query as Readonly<Record<string, unknown>>;
      const seriesId = await findTitle(scope, userId, 'show', paramsOf(request)['id'] ?? '');
      if (seriesId === undefined) throw notFound('There is no such show.');
      const progress = await readShowProgress(scope.libraryDeps, userId, seriesId);
      const isWithSpecials = isSet(query['specials']) && query['count_specials'] !== 'false';
      return toShowProgress(kind === 'watched' ? progress : nothingOf(progress), isWithSpecials);
    });
  }
}

/** Nothing is collected. */
function nothingOf(progress: Awaited<ReturnType<typeof readShowProgress>>) {
  return {
    ...progress,
    resetMs: undefined,
    next: null,
    last: null,
    episodes: progress.episodes.map((episode) => ({
      ...episode,
      isCompleted: false,
      lastMs: undefined,
    })),
  };
}
