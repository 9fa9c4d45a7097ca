import { createRandom } from '../support/random.ts';
import type { Planned } from './plan.ts';
import { runScenario, type RoundReport, type ScenarioReport } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { openStage, type Stage, type StageName } from './stage.ts';

export interface RunAllOptions {
  readonly seed: number;
  readonly onRound: (scenario: Scenario, report: RoundReport) => void;
  /** Ends the run after the round that is under way. */
  readonly lastRound?: AbortSignal;
  /** Ends it at once, and every process that it has started. */
  readonly signal?: AbortSignal;
}

/** One scenario after the other, up to the first that breaks a promise. What this machine cannot do is left out. */
export async function runAll(
  planned: readonly Planned[],
  { seed, onRound, lastRound, signal }: RunAllOptions,
): Promise<readonly ScenarioReport[]> {
  const reports: ScenarioReport[] = [];
  const aborted = abortOf(signal);
  let opened: { readonly name: StageName; readonly stage: Stage | undefined } | undefined;
  try {
    for (const { scenario, rounds } of planned) {
      if (opened?.name !== scenario.stage) {
        const before = opened;
        opened = undefined;
        await before?.stage?.[Symbol.asyncDispose]();
        opened = { name: scenario.stage, stage: await openStage(scenario.stage) };
      }
      const { stage } = opened;
      if (stage === undefined || (scenario.needsDisk && stage.disk === undefined)) continue;
      const running = runScenario({
        scenario,
        stage,
        rounds,
        // Of its own, so that one scenario alone draws what it drew among the others.
        random: createRandom(seed + planSeed(scenario.name)),
        onRound: (round) => onRound(scenario, round),
        lastRound,
      });
      const report = await Promise.race([running, aborted]);
      reports.push(report);
      if (report.broken !== undefined || lastRound?.aborted === true) break;
    }
  } finally {
    await opened?.stage?.[Symbol.asyncDispose]();
  }
  return reports;
}

/** Never resolves. @throws what the signal was aborted with */
function abortOf(signal: AbortSignal | undefined): Promise<never> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  // Between two scenarios nobody listens.
  aborted.catch(() => undefined);
  return aborted;
}

function planSeed(name: string): number {
  return Array.from(name).reduce(
    (sum, letter) => Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0),
    0,
  );
}
