import { describe, expect, it } from 'vitest';
import { hasNatsServer } from '../support/nats-server.ts';
import { planOf } from './plan.ts';
import { runAll } from './run-all.ts';
import type { StageName } from './stage.ts';

const SEED = 1;
/** Many times what it takes: a busy machine is no defect. */
const TIMEOUT_MS = 1_200_000;

const planned = planOf({ kills: 0, only: [], isShort: true });

/** Each fault of the stage, once or twice. What nobody may mount a disk for is left out, and that is said. */
async function expectNothingLost(stage: StageName): Promise<void> {
  const faults = planned.filter(({ scenario }) => scenario.stage === stage);
  const reports = await runAll(faults, { seed: SEED, onRound: () => undefined });
  expect(reports.flatMap(({ broken }) => broken ?? [])).toEqual([]);
  expect(reports.filter(({ acked, lost }) => acked === 0 || lost > 0)).toEqual([]);
  const required = faults.filter(({ scenario }) => scenario.needsDisk !== true);
  expect(reports.map(({ name }) => name)).toEqual(
    expect.arrayContaining(required.map(({ scenario }) => scenario.name)),
  );
}

describe('the service under faults, at the load of real clients', () => {
  it(
    '[GC1] loses nothing that it acknowledged on the embedded database',
    () => expectNothingLost('pglite on a small disk'),
    TIMEOUT_MS,
  );

  it(
    '[GC1] loses nothing that it acknowledged on PostgreSQL',
    () => expectNothingLost('postgres on a small disk'),
    TIMEOUT_MS,
  );

  it.skipIf(!hasNatsServer())(
    '[LIV2] loses nothing when NATS fails between two services',
    () => expectNothingLost('cluster'),
    TIMEOUT_MS,
  );
});
