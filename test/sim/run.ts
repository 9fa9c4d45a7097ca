import { drawHistory, type Action } from './action.ts';
import { createChance } from './chance.ts';
import { Violation } from './ledger.ts';
import { World } from './world.ts';

/** One run: everything that happens in it follows from these two. */
export interface RunRequest {
  readonly seed: number;
  /** Default: what the seed draws. */
  readonly history?: readonly Action[] | undefined;
}

export interface RunReport {
  readonly violation: Violation | undefined;
  readonly history: readonly Action[];
  readonly trace: readonly string[];
  readonly acked: number;
  readonly quietPoints: number;
}

/** Never rejects because of the product: what it does wrong is in the report. */
export async function run({ seed, history }: RunRequest): Promise<RunReport> {
  const actions = history ?? drawHistory(createChance(seed, 'history'));
  const world = new World(seed);
  let violation: Violation | undefined;
  try {
    await world.start();
    for (const action of actions) await world.act(action);
  } catch (error) {
    violation =
      error instanceof Violation
        ? error
        : new Violation('crash', error instanceof Error ? (error.stack ?? '') : String(error));
  }
  return {
    violation,
    history: actions,
    trace: world.trace,
    acked: world.ledger.acked,
    quietPoints: world.quietPoints,
  };
}
