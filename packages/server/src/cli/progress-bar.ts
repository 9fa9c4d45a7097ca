import { SingleBar } from 'cli-progress';
import type { CliContext } from './context.ts';

export interface ProgressBar {
  update(done: number): void;
  stop(): void;
}

const SILENT: ProgressBar = { update: () => undefined, stop: () => undefined };

/** Shows how far long work is, on a terminal only; a log or a pipe gets nothing. */
export function createProgressBar(
  { stderr }: Pick<CliContext, 'stderr'>,
  {
    label,
    unit,
    total,
  }: { readonly label: string; readonly unit: string; readonly total?: number },
): ProgressBar {
  if (stderr.isTTY !== true) return SILENT;
  const format =
    total === undefined
      ? `${label} {value} ${unit}`
      : `${label} [{bar}] {percentage}% {value}/{total} ${unit}`;
  const bar = new SingleBar({ format, stream: stderr, hideCursor: true, clearOnComplete: true });
  bar.start(total ?? 0, 0);
  return {
    update: (done) => bar.update(done),
    stop: () => bar.stop(),
  };
}
