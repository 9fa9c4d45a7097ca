import rateLimit from '@fastify/rate-limit';
import { CuepointError } from '@cuepoint/core';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../auth/authenticate.ts';
import { RATE_USERS_MAX, RATE_WINDOW_MS } from '../limits.ts';

/**
 * Bounds the requests of each user in {@link RATE_WINDOW_MS}, counted in this process. [SEC3]
 *
 * It runs after authentication and before the body is read: one user's flood costs no other user.
 */
export async function limitRate(app: FastifyInstance, requestsMax: number): Promise<void> {
  if (requestsMax === 0) return;
  await app.register(rateLimit, { global: false, cache: RATE_USERS_MAX });
  const count = app.createRateLimit({
    max: requestsMax,
    timeWindow: RATE_WINDOW_MS,
    keyGenerator: (request) => callerOf(request).userId,
  });
  app.addHook('onRequest', async (request) => {
    const usage = await count(request);
    if (usage.isAllowed || !usage.isExceeded) return;
    throw new CuepointError('rate_limited', `A user may send ${requestsMax} requests in 10 s.`, {
      limit: { name: 'requestsPer10Seconds', value: requestsMax },
      retryAfterMs: usage.ttl,
    });
  });
}
