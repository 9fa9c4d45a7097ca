import { randomUUID } from 'node:crypto';
import { openDatabase } from '@cuepoint/store';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { attack, type AttackReport } from './attack.ts';
import { describeAttack } from './describe-attack.ts';
import { startWatchedService, type WatchedService } from './watched-service.ts';

/** Fresh ones are for `npm run test:hostile`. */
const SEED = 7;
const SECONDS = 8;
const INPUTS_MAX = 20_000;
const TEST_TIMEOUT_MS = 180_000;
const MISBEHAVE = `--import=${new URL('misbehave.mjs', import.meta.url).href}`;

let schema: string;
let service: WatchedService | undefined;
beforeEach(() => {
  schema = `hostile_${randomUUID().replaceAll('-', '')}`;
});
afterEach(async () => {
  await service?.stop();
  service = undefined;
  const database = await openDatabase({ url: inject('postgresUrl'), schema });
  await database.execute(`drop schema if exists ${schema} cascade`);
  await database.close();
});

interface AttackSettings {
  readonly seconds?: number;
  readonly env?: Readonly<Record<string, string>>;
}

async function attackNew(
  inputs: number,
  seed: number,
  { seconds = Number.POSITIVE_INFINITY, env = {} }: AttackSettings,
): Promise<AttackReport> {
  service = await startWatchedService(inject('postgresUrl'), {
    CUEPOINT_DATABASE_SCHEMA: schema,
    ...env,
  });
  const endsAtMs = performance.now() + seconds * 1_000;
  return attack({ service, inputs, seed, isOver: () => performance.now() > endsAtMs });
}

describe('a service under thousands of hostile requests and frames', () => {
  it(
    'gives no 5xx, never crashes or stalls, stays small, and serves who behaves',
    async () => {
      const report = await attackNew(INPUTS_MAX, SEED, { seconds: SECONDS });
      expect(report.violations, `seed ${SEED}\n${describeAttack(report)}`).toEqual([]);
      expect(report.inputs).toBeGreaterThan(100);
      expect(await service?.stop()).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );
});

describe('an attack on a service that has a fault', () => {
  it.each([
    ['fails', /^500 without a documented code/],
    ['swaps', /^the answer of another/],
    ['stalls', /^\d+ stalls, the longest of \d{3,} ms/],
    ['leaks', /^the heap grew by \d+ bytes/],
  ])(
    'notices that it %s',
    async (fault, complaint) => {
      const { violations } = await attackNew(1_500, 1, {
        env: { HOSTILE_FAULT: fault, NODE_OPTIONS: MISBEHAVE },
      });
      expect(violations).toContainEqual(expect.stringMatching(complaint));
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'notices that it ends by a rejection that nobody handles',
    async () => {
      const running = attackNew(1_500, 1, {
        env: { HOSTILE_FAULT: 'rejects', NODE_OPTIONS: MISBEHAVE },
      });
      await expect(running).rejects.toThrow(/ECONNREFUSED|ENOENT|ECONNRESET/);
      expect(service?.complaints.join('\n')).toContain('nobody looks');
    },
    TEST_TIMEOUT_MS,
  );
});
