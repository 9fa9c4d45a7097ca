import { CuepointError } from '@cuepoint/core';
import type { ContentNumbers } from '@cuepoint/store';
import { traktPlugin, type TraktCaller, type TraktPorts } from '@cuepoint/trakt';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerOf, createAuthenticate } from '../auth/authenticate.ts';
import { createMatcher } from '../matching/create-matcher.ts';
import { logFailure, toKnownError } from '../http/error-handler.ts';
import { statusOfCode } from '../http/problem.ts';
import type { ServiceParts } from '../service/parts.ts';
import { requireRate, type UserRates } from '../service/user-rates.ts';
import type { WriteDeps } from '../writes/write-deps.ts';
import { createTraktChanges } from './trakt-changes.ts';
import { createPeerAddresses } from '../http/peer-address.ts';
import { publicAddressOf } from '../http/public-address.ts';
import type { LiveServer } from '../live/live-server.ts';
import { createRate } from '../service/rate.ts';
import { countListRows } from './count-list-rows.ts';
import { createTraktPlaces } from './trakt-places.ts';
import { createTraktSignIn } from './trakt-sign-in.ts';
import { isAtMount, TRAKT_PREFIX, type TraktMount } from './trakt-mount.ts';

/** What writes for a client whose token is bound to no device. */
const DEFAULT_DEVICE_ID = 'trakt';

export interface TraktApiDeps {
  readonly parts: ServiceParts;
  readonly mount: TraktMount;
  readonly numbers: ContentNumbers;
  readonly writes: WriteDeps;
  readonly rates: UserRates;
  readonly live: Pick<LiveServer, 'signedOut'>;
}

/** Trakt's API in a scope of its own. [TRK1] */
export async function addTraktApi(app: FastifyInstance, deps: TraktApiDeps): Promise<void> {
  const { mount } = deps;
  await app.register(
    async (scope) => {
      scope.addHook('onRequest', async ({ raw }) => {
        if (isAtMount(mount, raw)) return;
        throw new CuepointError('not_found', 'There is no such route.');
      });
      await traktPlugin(scope, { ports: portsOf(deps, scope) });
    },
    { prefix: TRAKT_PREFIX },
  );
}

function portsOf(deps: TraktApiDeps, app: FastifyInstance): TraktPorts {
  const { parts, numbers, rates, writes } = deps;
  const signIn = signInOf(deps, app);
  const { accounts, repository, now } = parts;
  const countRefused = ({ ip }: FastifyRequest) => requireRate(rates.refusedTokens.take(ip));
  const authenticate = createAuthenticate({ ...parts, countRefused });
  /** Of this process alone: nothing is ever stored of it. */
  const nobody: TraktCaller = { userId: parts.randomUuid(), deviceId: DEFAULT_DEVICE_ID };
  async function signedIn(request: FastifyRequest): Promise<TraktCaller> {
    await authenticate(request);
    const { userId, deviceId = DEFAULT_DEVICE_ID } = callerOf(request);
    // Before the body is read: one user's flood costs no other user.
    requireRate(rates.bytes.check(userId) ?? rates.requests.take(userId));
    if (request.method === 'GET') requireRate(rates.rows.check(userId));
    return { userId, deviceId };
  }
  return {
    authenticate: signedIn,
    async recognize(request) {
      if (request.headers.authorization !== undefined) return signedIn(request);
      requireRate(rates.accountCalls.take(request.ip) ?? rates.rows.check(nobody.userId));
      return nobody;
    },
    countBytes: ({ userId }, bytes) => rates.bytes.add(userId, bytes),
    repository,
    paged: {
      listWatchlist: (userId, options) => repository.listWatchlist(userId, options),
      readRegisters: (userId, request) => repository.readRegisters(userId, request),
      searchTitles: (userId, search) => repository.searchTitles(userId, search),
    },
    lists: countListRows(parts.watchedLists, rates.rows),
    changes: createTraktChanges({ ...writes, rates }),
    numbers,
    places: createTraktPlaces({ ...writes, rates }),
    ...(signIn === undefined ? {} : { signIn }),
    matcher: createMatcher({ ...writes, rates }),
    nameOfProfile: async (userId) => (await accounts?.people.findProfile(userId))?.name,
    toFailure(thrown, request) {
      const error = toKnownError(thrown);
      const status = statusOfCode(error.code);
      logFailure(error, status, request);
      return { error, status };
    },
    now,
  };
}

/** Codes that one address begins in 10 s: a household has a few screens. */
const DEVICE_CODES_PER_WINDOW_MAX = 20;

function signInOf({ parts, mount, rates, live }: TraktApiDeps, app: FastifyInstance) {
  const { accounts, publicUrl, rateLimit, monotonic = () => performance.now() } = parts;
  if (accounts === undefined) return undefined;
  const addresses = createPeerAddresses(parts.live.trustedProxies ?? []);
  return createTraktSignIn({
    accounts,
    rates,
    addressOf: ({ raw }) => addresses.ofRequest(raw),
    // Pages are at the service's own port.
    publicAddressOf: (request) => {
      const address = publicAddressOf(request, { publicUrl, addresses });
      const isElsewhere = mount.connections?.has(request.raw.socket) === true;
      return isElsewhere && publicUrl === undefined ? atOwnPort(address, app) : address;
    },
    onSignedOut: (userId) => live.signedOut(userId),
    redirectUris: mount.redirectUris ?? [],
    isUnlimited: rateLimit === 0,
    begun: createRate({
      max: rateLimit === 0 ? 0 : DEVICE_CODES_PER_WINDOW_MAX,
      name: 'deviceCodesPer10Seconds',
      message: `An address may begin ${DEVICE_CODES_PER_WINDOW_MAX} codes in 10 s.`,
      now: monotonic,
    }),
    monotonic,
  });
}

function atOwnPort(address: string, { server }: FastifyInstance): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return address;
  const own = new URL(address);
  own.port = String(bound.port);
  return own.origin;
}
