import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  hasPgBouncer,
  startPgBouncer,
  type PgBouncer,
} from '../../../../test/support/pgbouncer.ts';
import { readConfig } from '../config/config.ts';
import { createLogger } from '../http/logger.ts';
import { TEST_SECRET } from '../testing/test-api.ts';
import { createService } from './create-service.ts';

describe.skipIf(!hasPgBouncer())('a start behind PgBouncer in transaction mode', () => {
  let pooler: PgBouncer;
  beforeAll(async () => {
    pooler = await startPgBouncer(inject('postgresUrl'), { poolSize: 1 });
  });
  afterAll(() => pooler?.[Symbol.asyncDispose]());

  async function start(env: Readonly<Record<string, string>>) {
    const config = readConfig({
      env: {
        DATABASE_URL: pooler.url,
        CUEPOINT_DATABASE_SCHEMA: `pooled_${randomUUID().slice(0, 8)}`,
        CUEPOINT_JWT_SECRET: TEST_SECRET,
        PORT: '0',
        ...env,
      },
      readFile: () => '',
    });
    const service = createService({
      config,
      logger: createLogger('silent'),
      writeAudit: () => undefined,
      now: Date.now,
      random: Math.random,
      randomUuid: randomUUID,
    });
    try {
      const { address } = await service.start();
      return (await fetch(`${address}/readyz`)).status;
    } finally {
      await service.stop();
    }
  }

  it('[OPS1] without a way past it ends with the settings that would help', async () => {
    await expect(start({})).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringMatching(/CUEPOINT_DATABASE_DIRECT_URL .*CUEPOINT_FEED/s),
    });
  });

  it.each<Readonly<Record<string, string>>>([
    { CUEPOINT_FEED: 'memory' },
    { CUEPOINT_DATABASE_DIRECT_URL: inject('postgresUrl') },
  ])('is ready with %o', async (env) => {
    expect(await start(env)).toBe(200);
  });

  it('[OPS1] that is said to be none ends with the setting that is wrong', async () => {
    const env = { CUEPOINT_DATABASE_POOLED: 'false', CUEPOINT_FEED: 'memory' };
    const twice = async () => {
      await start(env);
      // Meets the statements that the first one prepared, on a session that was its own.
      await start(env);
    };
    await expect(twice()).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringContaining('CUEPOINT_DATABASE_POOLED to true'),
    });
  });
});
