import { fork } from 'node:child_process';
import { withProcess } from '../support/started-processes.ts';
import type { Sample } from '../workload.ts';
import type { Job, Phase } from './job.ts';

export type ToGenerator = { readonly kind: 'job'; readonly job: Job } | { readonly kind: 'resume' };

export type FromGenerator =
  | { readonly kind: 'phase'; readonly phase: Phase }
  | { readonly kind: 'done'; readonly sample: Sample }
  | { readonly kind: 'failed'; readonly reason: string };

/** Told of each moment of a job; one that holds goes on when it is through. */
export type OnPhase = (phase: Phase, generatorPid: number) => Promise<void>;

const GENERATOR = new URL('./generator.ts', import.meta.url);

/** Runs one job in a process of its own, started with the loader that this one has. */
export function runGenerator(job: Job, onPhase: OnPhase): Promise<Sample> {
  const child = fork(GENERATOR);
  // A generator that is gone is told of by its exit.
  const say = (message: ToGenerator) => child.send(message, () => undefined);
  return withProcess(child, async (pid) => {
    const phases: Promise<void>[] = [];
    const sample = await new Promise<Sample>((resolve, reject) => {
      child.on('message', (message: FromGenerator) => {
        if (message.kind === 'done') resolve(message.sample);
        else if (message.kind === 'failed') reject(new Error(message.reason));
        else {
          const phase = onPhase(message.phase, pid);
          phase.then(() => say({ kind: 'resume' }), reject);
          phases.push(phase);
        }
      });
      child.once('exit', (code, signal) => {
        reject(new Error(`the load generator ended: ${code ?? signal}`));
      });
      say({ kind: 'job', job });
    });
    await Promise.all(phases);
    return sample;
  });
}
