import type { AttackReport } from './attack.ts';

const MIB = 2 ** 20;

/** What came of an attack, for people. */
export function describeAttack(report: AttackReport): string {
  const { inputs, seconds, counts, served, watch, heapBeforeBytes, heapAfterBytes } = report;
  const lines = [
    `${inputs} requests and frames in ${seconds.toFixed(0)} s, ${(inputs / seconds).toFixed(0)} a second`,
    ...[...counts]
      .toSorted(([, a], [, b]) => b - a)
      .map(([what, count]) => `${String(count).padStart(9)}  ${what}`),
    `${report.busy} answers of 503 that say to come back`,
    `event loop: ${watch.stalls} turns over 100 ms of processor time, the longest ${watch.longestMs.toFixed(0)} ms; ` +
      `by the wall clock ${watch.gaps}, the longest ${watch.longestGapMs.toFixed(0)} ms`,
    `in those turns: ${watch.stalledMs.toFixed(0)} ms, ${watch.collectingMs.toFixed(0)} of them garbage collection, and ` +
      `${watch.stalledRequests} HTTP requests`,
    `heap: ${(heapBeforeBytes / MIB).toFixed(1)} MiB after the first tenth, ${(heapAfterBytes / MIB).toFixed(1)} ` +
      `MiB at the end; resident ${(watch.rssMaxBytes / MIB).toFixed(0)} MiB at most`,
    `beside it: ${served.calls} calls, p50 ${served.p50Ms.toFixed(1)} ms, p99 ${served.p99Ms.toFixed(1)} ms, the ` +
      `longest ${served.longestMs.toFixed(0)} ms, ${served.failures.length} failed`,
  ];
  if (report.violations.length === 0) lines.push('Nothing that should not be.');
  else lines.push('What should not be:', ...report.violations.map((line) => `  ${line}`));
  return lines.join('\n');
}
