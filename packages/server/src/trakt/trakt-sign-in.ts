import type { TraktSignIn } from '@cuepoint/trakt';
import type { FastifyRequest } from 'fastify';
import type { Accounts } from '../accounts/accounts.ts';
import { beginDeviceCode, pollDeviceCode } from '../accounts/device-codes.ts';
import { refresh } from '../accounts/refresh.ts';
import { endApp } from '../accounts/end-app.ts';
import { createRate, type Rate } from '../service/rate.ts';
import { requireRate, type UserRates } from '../service/user-rates.ts';

/**
 * Clients renew a token late or never: one asks before each call where it lives two days, another once at its start. Each use
 * asks whether its sign-in was ended, so a long life keeps nobody signed in.
 */
const TOKEN_TTL_SECONDS = 90 * 24 * 60 * 60;
/** One second more than the store wants between two polls: timers and networks are not exact. [TRK7] */
const INTERVAL_SLACK_SECONDS = 1;
/** Of one code in 10 s: ten times what the interval makes, so that polls that were held up may come at once. [TRK7] */
const POLLS_PER_WINDOW_MAX = 20;

export interface TraktSignInDeps {
  readonly accounts: Accounts;
  readonly rates: Pick<UserRates, 'accountCalls' | 'refusedTokens'>;
  /** By address: codes that are begun. */
  readonly begun: Rate;
  readonly addressOf: (request: FastifyRequest) => string;
  /** Where people open the service. */
  readonly publicAddressOf: (request: FastifyRequest) => string;
  readonly onSignedOut: (userId: string) => void;
  readonly redirectUris: readonly string[];
  readonly isUnlimited: boolean;
  /** Monotonic, in ms. */
  readonly monotonic: () => number;
}

export function createTraktSignIn(deps: TraktSignInDeps): TraktSignIn {
  const { accounts, rates, begun, addressOf, publicAddressOf, onSignedOut } = deps;
  const polls = createRate({
    max: deps.isUnlimited ? 0 : POLLS_PER_WINDOW_MAX,
    name: 'pollsPer10Seconds',
    message: 'Ask again after the interval that was told.',
    now: deps.monotonic,
  });

  return {
    async begin(request, label) {
      const address = addressOf(request);
      requireRate(rates.accountCalls.take(address), begun.take(address));
      // A device of its own: what a client leaves playing is ended by its own next start, and by no other client's.
      const deviceId = `trakt-${accounts.randomUuid()}`;
      const code = await beginDeviceCode(accounts, { label, deviceId });
      return {
        deviceCode: code.deviceCode,
        userCode: code.userCode,
        page: `${publicAddressOf(request)}/link`,
        expiresInSeconds: code.expiresInSeconds,
        intervalSeconds: code.intervalSeconds + INTERVAL_SLACK_SECONDS,
      };
    },

    async poll(_request, deviceCode) {
      requireRate(polls.take(deviceCode));
      const polled = await pollDeviceCode(accounts, deviceCode, TOKEN_TTL_SECONDS);
      if (polled.outcome === 'granted') return { outcome: 'granted', tokens: polled };
      return { outcome: polled.outcome === 'too_fast' ? 'pending' : polled.outcome };
    },

    async refresh(request, refreshToken) {
      const address = addressOf(request);
      requireRate(rates.accountCalls.take(address), rates.refusedTokens.check(address));
      const refreshed = await refresh(accounts, refreshToken, TOKEN_TTL_SECONDS);
      if (refreshed.outcome === 'given') return refreshed;
      if (refreshed.outcome === 'reused') onSignedOut(refreshed.userId);
      rates.refusedTokens.add(address, 1);
      return undefined;
    },

    async revoke(request, token) {
      requireRate(rates.accountCalls.take(addressOf(request)));
      const userId = await endApp(accounts, token);
      if (userId !== undefined) onSignedOut(userId);
    },

    mayRedirectTo: (uri) => isLoopback(uri) || deps.redirectUris.includes(uri),
    seal: (text) => accounts.secrets.seal(text),
  };
}

/** RFC 8252, 7.3: an app on the machine of the person listens there, at any port. */
function isLoopback(uri: string): boolean {
  if (!URL.canParse(uri) || uri.includes('#')) return false;
  const { protocol, hostname, username, password } = new URL(uri);
  const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  return protocol === 'http:' && isHere && username === '' && password === '';
}
