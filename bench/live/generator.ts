// The load generator: a process of its own, so that its processor time is not the service's. It gets one job
// from the process that forked it, tells it of the job's phases, and ends with it.
import type { Sample } from '../workload.ts';
import { runWriteLoad } from '../writes/write-load.ts';
import { runChangeLoad } from './change-load.ts';
import { runConnectLoad } from './connect-load.ts';
import type { FromGenerator, ToGenerator } from './generator-process.ts';
import { runIdleLoad } from './idle-load.ts';
import type { Job, Observer } from './job.ts';

let resume: () => void = () => undefined;

const observer: Observer = {
  announce: (phase) => tell({ kind: 'phase', phase }),
  hold(phase) {
    const resumed = new Promise<void>((resolve) => {
      resume = resolve;
    });
    tell({ kind: 'phase', phase });
    return resumed;
  },
};

function run(job: Job): Promise<Sample> {
  switch (job.kind) {
    case 'changes':
      return runChangeLoad(job, observer);
    case 'writes':
      return runWriteLoad(job, observer);
    case 'connects':
      return runConnectLoad(job, observer);
    case 'idle':
      return runIdleLoad(job, observer);
  }
}

function tell(message: FromGenerator): void {
  process.send?.(message);
}

process.on('message', (message: ToGenerator) => {
  if (message.kind === 'resume') return resume();
  run(message.job).then(
    (sample) => tell({ kind: 'done', sample }),
    (error: unknown) =>
      tell({
        kind: 'failed',
        reason: error instanceof Error ? (error.stack ?? '') : String(error),
      }),
  );
});
process.on('disconnect', () => process.exit());
