import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createPostgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { startServiceProcess, type ServiceProcess } from '../support/service-process.ts';
import { Watchers } from '../support/live/watchers.ts';
import { openLazyProxy } from './lazy-proxy.ts';
import { SECRET } from './marked-client.ts';

const TEST_TIMEOUT_MS = 90_000;

let server: PostgresServer;
let service: ServiceProcess | undefined;
let lines: string[];
let told: Watchers;
beforeEach(async () => {
  server = await createPostgresServer();
  lines = [];
  told = new Watchers();
});
afterEach(async () => {
  await service?.stop();
  service = undefined;
  await server.destroy();
});

interface Health {
  readonly durable: boolean;
  readonly durabilityWarnings: readonly string[];
}

async function startOn(databaseUrl: string): Promise<Health> {
  service = await startServiceProcess({
    port: 0,
    env: { CUEPOINT_JWT_SECRET: SECRET, DATABASE_URL: databaseUrl },
    onLine(line) {
      lines.push(line);
      told.notify();
    },
  });
  const health = await fetch(`${service.address}/health`);
  return (await health.json()) as Health;
}

const untilTold = (what: RegExp) =>
  told.until(
    () => lines.some((line) => what.test(line)),
    () => `nothing said ${String(what)}: ${lines.join('\n')}`,
  );

/** In the block at the start, for people, and in the log, for machines. */
async function untilReported(setting: string): Promise<void> {
  await untilTold(new RegExp(`^  note  ${setting} is off`));
  await untilTold(new RegExp(`^{.*"level":40.*"msg":"${setting} is off`));
}

describe('a server that is set to lose acknowledged changes is reported at the start', () => {
  it.each(['fsync', 'full_page_writes'])(
    'with %s off',
    async (setting) => {
      await server.start({ [setting]: 'off' });
      const { durable, durabilityWarnings } = await startOn(server.url());
      expect(durable).toBe(false);
      expect(durabilityWarnings).toEqual([expect.stringContaining(`${setting} is off`)]);
      await untilReported(setting);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'with synchronous_commit off, where the service cannot turn it on for its own sessions',
    async () => {
      await server.start();
      const proxy = await openLazyProxy(server.port);
      onTestFinished(() => proxy[Symbol.asyncDispose]());
      const { durable, durabilityWarnings } = await startOn(proxy.url);
      expect(durable).toBe(false);
      expect(durabilityWarnings).toEqual([expect.stringContaining('synchronous_commit is off')]);
      await untilReported('synchronous_commit');
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'and not where it can: the default of the server alone weakens no ack',
    async () => {
      await server.start({ synchronous_commit: 'off' });
      const health = await startOn(server.url());
      expect(health).toMatchObject({ durable: true, durabilityWarnings: [] });
    },
    TEST_TIMEOUT_MS,
  );
});
