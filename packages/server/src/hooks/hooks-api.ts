import { hooksPlugin } from '@cuepoint/hooks';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createPeerAddresses } from '../http/peer-address.ts';
import { publicAddressOf } from '../http/public-address.ts';
import { createMatcher } from '../matching/create-matcher.ts';
import type { HookRouteDeps } from '../routes/hooks.ts';
import type { ServiceParts } from '../service/parts.ts';
import { requireRate, type UserRates } from '../service/user-rates.ts';
import type { WriteDeps } from '../writes/write-deps.ts';
import { createHookPorts } from './hook-ports.ts';
import { createReceiptLog } from './receipt-log.ts';

export interface HooksApiDeps {
  readonly parts: ServiceParts;
  readonly writes: WriteDeps;
  readonly rates: UserRates;
}

/** What media servers call, in a scope of its own. @returns what the routes of people stand on. */
export async function addHooksApi(
  app: FastifyInstance,
  { parts, writes, rates }: HooksApiDeps,
): Promise<HookRouteDeps> {
  const { hooks, publicUrl, randomUuid, now } = parts;
  const addresses = createPeerAddresses(parts.live.trustedProxies ?? []);
  const receipts = createReceiptLog({
    store: hooks,
    setTimer(work, ms) {
      const timer = setTimeout(work, ms).unref();
      return () => clearTimeout(timer);
    },
    onFailed: (err) => app.log.warn({ err }, 'receipts of a hook were not stored'),
  });
  const matcher = createMatcher({ ...writes, rates });
  const ports = createHookPorts({ ...writes, rates, hooks, matcher, receipts });
  await app.register(async (scope) =>
    hooksPlugin(scope, {
      ports,
      onRefused: ({ raw }) => requireRate(rates.refusedTokens.take(addresses.ofRequest(raw))),
      onCall({ userId }, bytes) {
        requireRate(rates.bytes.check(userId) ?? rates.requests.take(userId));
        rates.bytes.add(userId, bytes);
      },
    }),
  );
  app.addHook('onClose', async () => receipts.flush());
  return {
    hooks,
    receipts,
    publicAddressOf: (request: FastifyRequest) =>
      publicAddressOf(request, { publicUrl, addresses }),
    randomUuid,
    now,
  };
}
