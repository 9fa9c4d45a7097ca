import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { answerErrors } from './http/answer-errors.ts';
import { takeBodies } from './http/take-bodies.ts';
import { createMediaReader, type MediaReader } from './items/media.ts';
import { createItemResolver, type ItemResolver } from './items/resolve-item.ts';
import { createLibrary, type Library, type LibraryDeps } from './reading/library.ts';
import type { TraktCaller, TraktPorts } from './ports.ts';
import { addActivityRoutes } from './routes/activities.ts';
import { addHiddenRoutes } from './routes/hidden.ts';
import { addHistoryRoutes } from './routes/history.ts';
import { addPeopleRoutes } from './routes/people.ts';
import { addRatingRoutes } from './routes/ratings.ts';
import { addSearchRoutes } from './routes/search.ts';
import { addDeviceCodeRoutes } from './routes/device-codes.ts';
import { addOAuthRoutes } from './routes/oauth.ts';
import { addPlaybackRoutes } from './routes/playback.ts';
import { addScrobbleRoutes } from './routes/scrobble.ts';
import { addSettingsRoutes } from './routes/settings.ts';
import { addTitleRoutes } from './routes/titles.ts';
import { addWatchedRoutes } from './routes/watched.ts';
import { addWatchlistRoutes } from './routes/watchlist.ts';

/** What the routes of signed-in people are made of. Each file in `routes` adds its own. */
export interface TraktScope {
  readonly app: FastifyInstance;
  readonly ports: TraktPorts;
  readonly media: MediaReader;
  readonly items: ItemResolver;
  readonly library: Library;
  readonly libraryDeps: LibraryDeps;
  readonly callerOf: (request: FastifyRequest) => TraktCaller;
}

/** What the routes of sign-in are made of: nobody is signed in there, whatever a client sends. */
export type OAuthScope = Pick<TraktScope, 'app' | 'ports'>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where nobody is signed in. */
    traktCaller: TraktCaller | null;
  }
}

/**
 * Trakt's API over the watch state of this service. Paths are below the prefix under which it is registered; its parsers,
 * errors and hooks stay in its scope. Double slashes are the host's to collapse: `plainTraktPath`. [TRK1]
 */
export const traktPlugin: FastifyPluginAsync<{ readonly ports: TraktPorts }> = async (
  app,
  { ports },
) => {
  takeBodies(app, ports);
  answerErrors(app, ports);
  app.setSerializerCompiler(() => JSON.stringify);
  app.decorateRequest('traktCaller', null);
  // No route of this surface is in the description of the service's own API.
  app.addHook('onRoute', (route) => {
    route.schema = { ...route.schema, hide: true } as NonNullable<typeof route.schema>;
  });
  const media = createMediaReader(ports);
  const libraryDeps = { ...ports, media };
  const shared: Omit<TraktScope, 'app'> = {
    ports,
    media,
    items: createItemResolver(ports),
    library: createLibrary(libraryDeps),
    libraryDeps,
    callerOf,
  };
  addDeviceCodeRoutes({ app, ports });
  addOAuthRoutes({ app, ports });
  await app.register(async (signedIn) => {
    signedIn.addHook('onRequest', async (request) => {
      request.traktCaller = await ports.authenticate(request);
    });
    const scope: TraktScope = { ...shared, app: signedIn };
    addSettingsRoutes(scope);
    addActivityRoutes(scope);
    addWatchedRoutes(scope);
    addHistoryRoutes(scope);
    addWatchlistRoutes(scope);
    addRatingRoutes(scope);
    addHiddenRoutes(scope);
    addPeopleRoutes(scope);
    addScrobbleRoutes(scope);
    addPlaybackRoutes(scope);
  });
  await app.register(async (open) => {
    open.addHook('onRequest', async (request) => {
      request.traktCaller = await ports.recognize(request);
    });
    const scope: TraktScope = { ...shared, app: open };
    addTitleRoutes(scope);
    addSearchRoutes(scope);
  });
};

function callerOf({ traktCaller }: FastifyRequest): TraktCaller {
  if (traktCaller === null) throw new Error('a route without a caller serves user data');
  return traktCaller;
}

/**
 * A path as the routes have it: pytrakt asks for `//oauth/device/code`, and a base with a slash at its end makes
 * `//sync/playback`.
 */
export function plainTraktPath(url: string): string {
  const [path = '', ...query] = url.split('?');
  const plain = path.replaceAll(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
  return query.length === 0 ? plain : `${plain}?${query.join('?')}`;
}
