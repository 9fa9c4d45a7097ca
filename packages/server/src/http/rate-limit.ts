import rateLimit from '@fastify/rate-limit';
import { CuepointError } from '@cuepoint/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/authenticate.ts';
import { RATE_USERS_MAX, RATE_WINDOW_MS } from '../limits.ts';

/** Counts a request. @throws CuepointError `rate_limited` */
export type CountRequest = (request: FastifyRequest) => Promise<void>;

/** Rates in {@link RATE_WINDOW_MS}, counted in this process. [SEC3] */
export interface RateLimits {
  /** Of a user, after authentication and before the body is read: one user's flood costs no other user. */
  readonly ofUser: CountRequest;
  /**
   * Of an address whose token was refused. It only ever answers those: behind one address are many people, and
   * none of them is kept out for the bad tokens of another.
   */
  readonly ofRefused: CountRequest;
}

/** @param requestsMax of each; 0 counts nothing. */
export async function createRateLimits(
  app: FastifyInstance,
  requestsMax: number,
): Promise<RateLimits> {
  if (requestsMax === 0) {
    const countNothing = (): Promise<void> => Promise.resolve();
    return { ofUser: countNothing, ofRefused: countNothing };
  }
  await app.register(rateLimit, { global: false, cache: RATE_USERS_MAX });

  function createCount(
    keyGenerator: (request: FastifyRequest) => string,
    { name, message }: { readonly name: string; readonly message: string },
  ): CountRequest {
    const count = app.createRateLimit({
      max: requestsMax,
      timeWindow: RATE_WINDOW_MS,
      keyGenerator,
    });
    return async (request) => {
      const usage = await count(request);
      if (usage.isAllowed || !usage.isExceeded) return;
      throw new CuepointError('rate_limited', message, {
        limit: { name, value: requestsMax },
        retryAfterMs: usage.ttl,
      });
    };
  }

  return {
    ofUser: createCount((request) => callerOf(request).userId, {
      name: 'requestsPer10Seconds',
      message: `A user may send ${requestsMax} requests in 10 s.`,
    }),
    ofRefused: createCount(({ ip }) => ip, {
      name: 'refusedTokensPer10Seconds',
      message: `An address may send ${requestsMax} tokens in 10 s that are refused.`,
    }),
  };
}
