import { CuepointError } from '@cuepoint/core';
import {
  BYTES_PER_REQUEST,
  HELLOS_PER_WINDOW_MAX,
  OPS_PER_REQUEST,
  RATE_WINDOW_MS,
  ROWS_PER_REQUEST,
} from '../limits.ts';
import { createRate, type Rate } from './rate.ts';

/** Everything that is counted of a user, over HTTP and all sockets together, and of addresses. [SEC3] */
export interface UserRates {
  /** Requests over HTTP and messages over sockets. */
  readonly requests: Rate;
  readonly hellos: Rate;
  /** Ops that are pushed. */
  readonly ops: Rate;
  /** Of bodies and messages that come in. */
  readonly bytes: Rate;
  /** Rows that are read of the database and sent. */
  readonly rows: Rate;
  /** Messages that were refused: who goes past it does not heed what it is told. */
  readonly unheeded: Rate;
  /** Tokens of an address that were refused. Behind one address are many people: only those are answered by it. */
  readonly refusedTokens: Rate;
  /** Of an address, to what people of a household sign in by: there is no user yet. */
  readonly accountCalls: Rate;
}

/** A session that sends this many times the limit, besides what it may send, is not going to heed it. */
const UNHEEDED_FACTOR = 2;

/**
 * @param requestsMax of one user in {@link RATE_WINDOW_MS}, which all other limits follow; 0 for none of them.
 * @param now monotonic, in ms.
 */
export function createUserRates(requestsMax: number, now: () => number): UserRates {
  const rate = (name: string, max: number, toMessage: (max: number) => string): Rate =>
    createRate({ name: `${name}Per10Seconds`, max, message: toMessage(max), now });
  const ofUser = (name: string, perRequest: number, what: string): Rate =>
    rate(name, perRequest * requestsMax, (max) => `A user may ${what.replace('#', String(max))}.`);
  return {
    requests: ofUser('requests', 1, 'send # requests or messages in 10 s'),
    hellos: rate(
      'hellos',
      requestsMax === 0 ? 0 : HELLOS_PER_WINDOW_MAX,
      (max) => `A user may send ${max} hellos in 10 s.`,
    ),
    ops: ofUser('ops', OPS_PER_REQUEST, 'push # ops in 10 s'),
    bytes: ofUser('bytes', BYTES_PER_REQUEST, 'send # bytes in 10 s'),
    rows: ofUser('rows', ROWS_PER_REQUEST, 'read # rows in 10 s'),
    unheeded: ofUser('unheeded', UNHEEDED_FACTOR, 'be refused # times in 10 s'),
    refusedTokens: rate(
      'refusedTokens',
      requestsMax,
      (max) => `An address may send ${max} tokens in 10 s that are refused.`,
    ),
    accountCalls: rate(
      'accountCalls',
      requestsMax,
      (max) => `An address may call ${max} times in 10 s for accounts.`,
    ),
  };
}

/** @throws CuepointError what a rate says is wrong. */
export function requireRate(...excesses: readonly (CuepointError | undefined)[]): void {
  for (const excess of excesses) if (excess !== undefined) throw excess;
}

/** How a session ends that goes on although it was told. */
export function unheededError(): CuepointError {
  return new CuepointError('rate_limited', 'The session goes on although it was refused.', {
    retryAfterMs: RATE_WINDOW_MS,
  });
}
