import type { ScenarioReport } from './run-scenario.ts';

const MEBIBYTE = 1024 * 1024;

const COLUMNS: readonly {
  readonly title: string;
  readonly isText?: true;
  readonly of: (report: ScenarioReport) => string;
}[] = [
  { title: 'fault', isText: true, of: ({ what }) => what },
  { title: 'rounds', of: ({ rounds }) => String(rounds) },
  { title: 'acknowledged', of: ({ acked }) => acked.toLocaleString('en') },
  { title: 'lost', of: ({ lost }) => String(lost) },
  { title: 'converged', of: ({ converged }) => String(converged) },
  {
    title: 'slowest recovery',
    of: ({ slowestRecoveryMs }) => `${(slowestRecoveryMs / 1_000).toFixed(1)} s`,
  },
  { title: 'memory before', of: ({ memoryBeforeBytes }) => mebibytes(memoryBeforeBytes) },
  { title: 'after', of: ({ memoryAfterBytes }) => mebibytes(memoryAfterBytes) },
];

/** A Markdown table. */
export function describeReports(reports: readonly ScenarioReport[]): string {
  return [
    row(COLUMNS.map(({ title }) => title)),
    row(COLUMNS.map(({ isText }) => (isText === true ? '---' : '---:'))),
    ...reports.map((report) => row(COLUMNS.map(({ of }) => of(report)))),
  ].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / MEBIBYTE)} MiB`;
}
