import type { RunReport } from './run.ts';

/** Lines of the trace that are shown: what came last. */
const TRACE_LINES = 40;
const LINE_LENGTH_MAX = 300;

/** What a person needs to see the failure again, and to keep it as a test. */
export function describeFailure(seed: number, { violation, history, trace }: RunReport): string {
  const line = `{ why: '…', seed: ${seed}, history: ${JSON.stringify(history)} },`;
  return [
    `seed ${seed}: ${violation?.message ?? 'nothing is wrong'}`,
    `shortest history, ${history.length} actions:`,
    ...history.map((action) => `  ${JSON.stringify(action)}`),
    `the last of its trace:`,
    ...trace.slice(-TRACE_LINES).map((text) => `  ${text.slice(0, LINE_LENGTH_MAX)}`),
    `again: npm run test:sim -- --seed ${seed} --runs 1`,
    `as a test, in test/sim/named-seeds.ts:`,
    `  ${line}`,
  ].join('\n');
}
