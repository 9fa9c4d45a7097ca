import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { OPS_IN_FLIGHT_MAX } from './limits.ts';
import { holdCommits } from '../testing/hold-commits.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';

const FLOODS = 9;
const PUSHES_OF_EACH = 8;
const OPS_PER_PUSH = 500;
const LOOKS_MAX = 1_000_000;

let live: TestLive;
beforeAll(async () => {
  live = await createTestLive({
    databaseUrl: inject('postgresUrl'),
    env: {
      // Nothing but turns and shares holds the floods back, however slow the machine.
      CUEPOINT_RATE_LIMIT: '0',
      CUEPOINT_ACK_TIMEOUT_MS: '600000',
      CUEPOINT_WRITE_CONNECTIONS: '1',
    },
  });
});
afterAll(() => live.close());

const opsOf = (count: number) =>
  Array.from({ length: count }, () => ({
    kind: 'watchlist.add',
    contentId: `film ${randomUUID()}`,
    tag: randomUUID(),
    timestamp: '000000000001-0000',
  }));

async function untilBacklog(changes: number): Promise<void> {
  for (let looked = 0; looked < LOOKS_MAX; looked += 1) {
    if (live.api.parts.health.report().backlogChanges >= changes) return;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  throw new Error(`the backlog holds ${live.api.parts.health.report().backlogChanges} changes`);
}

it('[GC9] a single write that comes behind nine floods is answered before a quarter of what was taken is', async () => {
  const [quietUser, ...users] = await Promise.all(
    Array.from({ length: FLOODS + 1 }, () => live.api.createUser()),
  );
  if (quietUser === undefined) throw new Error('there is a quiet user');
  const quiet = await live.greet(quietUser, 'quiet');
  const floods = await Promise.all(users.map((user) => live.greet(user, 'flood')));
  const held = await holdCommits(live.api);
  for (let push = 0; push < PUSHES_OF_EACH; push += 1) {
    for (const flood of floods) {
      flood.send({ type: 'push', id: String(push), ops: opsOf(OPS_PER_PUSH) });
    }
  }
  // The rest of what was sent is not read yet.
  const taken = FLOODS * OPS_IN_FLIGHT_MAX;
  await untilBacklog(taken);
  quiet.send({ type: 'push', id: 'one', ops: opsOf(1) });
  await untilBacklog(taken + 1);
  expect(live.api.parts.health.report().backlogChanges).toBe(taken + 1);
  const acksOf = () => floods.reduce((sum, flood) => sum + flood.count('ack'), 0);
  const answered = quiet.take('ack').then(acksOf);
  await held.release();
  expect(await answered).toBeLessThan(taken / OPS_PER_PUSH / 4);
  await Promise.all(
    floods.map((flood) => flood.until(() => flood.count('ack') === PUSHES_OF_EACH, 'answered')),
  );
  expect(floods.reduce((sum, flood) => sum + flood.count('error'), 0)).toBe(0);
  await Promise.all([quiet, ...floods].map((client) => client.close()));
});
