import { randomUUID } from 'node:crypto';
import { openDatabase } from '@cuepoint/store';
import { expect, inject, it, vi } from 'vitest';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import { readConfig } from '../config/config.ts';
import { createMemoryFeed } from '../feed/memory-feed.ts';
import { createLogger } from '../http/logger.ts';
import { createServiceMetrics } from '../metrics/service-metrics.ts';
import { overriding } from '../testing/gate.ts';
import { createSignal } from '../testing/signal.ts';
import { TEST_SECRET } from '../testing/test-api.ts';
import { openStoredParts } from './stored-parts.ts';

it('[OPS1] a stop waits neither for a periodic task that hangs nor for a feed that never ends', async () => {
  const schema = `stop_${randomUUID().replaceAll('-', '')}`;
  const url = inject('postgresUrl');
  const env = {
    DATABASE_URL: url,
    CUEPOINT_DATABASE_SCHEMA: schema,
    CUEPOINT_JWT_SECRET: TEST_SECRET,
  };
  const clock = new ManualClock();
  const warnings: string[] = [];
  let warningsAtFeed: readonly string[] | undefined;
  const stored = await openStoredParts(readConfig({ env, readFile: () => '' }), {
    logger: createLogger('warn', { write: (line: string) => warnings.push(line) }),
    metrics: createServiceMetrics(),
    createFeed: () =>
      overriding(createMemoryFeed(), {
        stop() {
          warningsAtFeed = [...warnings];
          return new Promise(() => undefined);
        },
      }),
    now: clock.now,
    randomUuid: randomUUID,
    setTimer: clock.setTimer,
  });
  const stranger = await openDatabase({ url, schema });
  const over = createSignal();
  const locked = createSignal();
  const holding = stranger.transaction(async (transaction) => {
    await transaction.execute(`lock table ${schema}.user_devices in access exclusive mode`);
    locked.send();
    await over.received;
  });
  await locked.received;
  await clock.advance(60_000);
  await vi.waitUntil(async () => {
    const text = 'select from pg_locks where not granted and relation = $1::regclass';
    return (await stranger.execute(text, [`${schema}.user_devices`])).rows.length > 0;
  });
  await stored.stop();
  // It went on while the task still hung.
  expect(warningsAtFeed).toEqual([]);
  over.send();
  await holding;
  await stranger.execute(`drop schema ${schema} cascade`);
  await stranger.close();
});
