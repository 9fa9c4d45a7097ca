import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import { mintToken } from '../auth/mint-token.ts';
import { readConfig } from '../config/config.ts';
import { createLogger } from '../http/logger.ts';
import { TEST_SECRET } from '../testing/test-api.ts';
import { createService } from './create-service.ts';

const MINUTE_MS = 60_000;

/** Nobody has asked it for anything: what only works because somebody wrote first shows here. */
test.each(['the embedded database', 'PostgreSQL'])(
  '[OPS1] a fresh and untouched service on %s runs every periodic task for an hour, and takes its first write then',
  async (engine) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'cuepoint-idle-'));
    const schema = `idle_${randomUUID().replaceAll('-', '')}`;
    const url = inject('postgresUrl');
    const isEmbedded = engine !== 'PostgreSQL';
    const env = {
      PORT: '0',
      CUEPOINT_JWT_SECRET: TEST_SECRET,
      CUEPOINT_DATA_DIR: dataDir,
      ...(isEmbedded ? {} : { DATABASE_URL: url, CUEPOINT_DATABASE_SCHEMA: schema }),
    };
    const clock = new ManualClock();
    const warnings: string[] = [];
    const logger = createLogger('warn', { write: (line: string) => warnings.push(line) });
    const service = createService({
      config: readConfig({ env, readFile: () => '' }),
      logger,
      writeAudit: () => undefined,
      now: clock.now,
      setTimer: clock.setTimer,
      random: () => 0,
      randomUuid: randomUUID,
    });
    const { address } = await service.start();
    const timers = clock.timers;
    // Stale devices, garbage collection and the look at the sessions; here also checkpoints and the vacuum.
    expect(timers).toBe(isEmbedded ? 5 : 3);
    for (let minute = 0; minute < 61; minute += 1) {
      await clock.advance(MINUTE_MS);
      // A task arms its timer again once it has run.
      while (clock.timers < timers) await turn();
    }
    const secret = new TextEncoder().encode(TEST_SECRET);
    const token = await mintToken(secret, { userId: randomUUID(), ttlSeconds: 600 }, clock.now());
    const put = await fetch(`${address}/api/v1/watchlist/film`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(put.status).toBe(201);
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${address}/health`)).json()).toMatchObject({ ready: true });
    expect((await fetch(`${address}/metrics`)).status).toBe(200);
    expect(warnings.filter((line) => line.includes('maintenance failed'))).toEqual([]);
    await service.stop();
    await rm(dataDir, { recursive: true, force: true });
  },
  240_000,
);
