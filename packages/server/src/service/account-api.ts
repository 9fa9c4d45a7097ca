import { normalizeUuid } from '@cuepoint/core';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Accounts } from '../accounts/accounts.ts';
import { createPeerAddresses } from '../http/peer-address.ts';
import { publicAddressOf } from '../http/public-address.ts';
import type { LiveServer } from '../live/live-server.ts';
import { ACCOUNT_ROUTE, addAccountRoutes, requireProfile } from '../routes/account/account.ts';
import { addBrowsers } from '../routes/account/browser.ts';
import { addProfileRoutes } from '../routes/account/profiles.ts';
import { addScreenRoutes } from '../routes/account/screens.ts';
import { addSignInRoutes } from '../routes/account/sign-ins.ts';
import { addHookRoutes, type HookRouteDeps } from '../routes/hooks.ts';
import { addOAuthRoutes } from '../routes/oauth.ts';
import { ProfileIdSchema } from '../schemas/account.ts';
import type { ServiceParts } from './parts.ts';
import { createRate } from './rate.ts';
import { requireRate, type UserRates } from './user-rates.ts';

/** Codes that one address begins in 10 s: a household has a few screens. */
const DEVICE_CODES_PER_WINDOW_MAX = 20;

export interface AccountApiDeps extends Omit<ServiceParts, 'live'> {
  readonly accounts: Accounts;
  readonly live: LiveServer;
  readonly rates: UserRates;
  readonly trustedProxies?: readonly string[] | undefined;
  readonly hookRoutes: HookRouteDeps;
}

/** What pages of the service call, by the cookie of a person. */
export async function addAccountApi(app: FastifyInstance, deps: AccountApiDeps): Promise<void> {
  const { accounts, publicUrl, live } = deps;
  const { addressOf } = addressesFor(deps);
  boundCalls(app, deps);
  const browsers = await addBrowsers(app, { accounts, publicUrl, addressOf });
  const onSignedOut = async (accountId: string): Promise<void> => {
    for (const { userId } of await accounts.people.profilesOf(accountId)) live.signedOut(userId);
  };
  const pages = app.withTypeProvider<TypeBoxTypeProvider>();
  const all = { ...deps, browsers, onSignedOut };
  addAccountRoutes(pages, all);
  addProfileRoutes(pages, { ...all, onErased: (userId) => live.erased(userId) });
  addScreenRoutes(pages, all);
  addSignInRoutes(pages, all);
  addHookRoutes(pages, deps.hookRoutes, {
    prefix: '/account/profiles/:userId/hooks',
    params: { userId: ProfileIdSchema },
    async userOf(request) {
      const { accountId } = await browsers.require(request);
      const userId = normalizeUuid((request.params as { readonly userId: string }).userId);
      await requireProfile(accounts, accountId, userId);
      return userId;
    },
    documented: ACCOUNT_ROUTE,
    suffix: 'OfProfile',
  });
}

/** What apps call in the forms of OAuth, at the root. */
export function addOAuthApi(app: FastifyInstance, deps: AccountApiDeps): void {
  const { accounts, publicUrl, live, rates, rateLimit, monotonic = () => performance.now() } = deps;
  const { addresses, addressOf } = addressesFor(deps);
  boundCalls(app, deps);
  addOAuthRoutes(app.withTypeProvider<TypeBoxTypeProvider>(), {
    accounts,
    onSignedOut: (userId) => live.signedOut(userId),
    addressOf,
    publicAddressOf: (request) => publicAddressOf(request, { publicUrl, addresses }),
    begun: createRate({
      max: rateLimit === 0 ? 0 : DEVICE_CODES_PER_WINDOW_MAX,
      name: 'deviceCodesPer10Seconds',
      message: `An address may begin ${DEVICE_CODES_PER_WINDOW_MAX} codes in 10 s.`,
      now: monotonic,
    }),
    refused: rates.refusedTokens,
  });
}

/** Before anything is read: most of these calls know no user yet whose rate they would count for. [SEC3] */
function boundCalls(app: FastifyInstance, deps: AccountApiDeps): void {
  const { addressOf } = addressesFor(deps);
  app.addHook('onRequest', async (request) => {
    requireRate(deps.rates.accountCalls.take(addressOf(request)));
  });
}

function addressesFor({ trustedProxies = [] }: AccountApiDeps) {
  const addresses = createPeerAddresses(trustedProxies);
  return { addresses, addressOf: ({ raw }: FastifyRequest) => addresses.ofRequest(raw) };
}
