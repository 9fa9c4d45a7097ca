import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { withProcess } from '../support/started-processes.ts';
import type { HistorySize } from '../support/watch-history.ts';
import type { Sample } from '../workload.ts';

export type ReplicaSystem = 'cuepoint' | 'yjs' | 'automerge';

export interface ReplicaJob {
  readonly system: ReplicaSystem;
  /** `prepare` writes the file, `measure` reads it: what made the messages is not in the memory that is measured. */
  readonly step: 'prepare' | 'measure';
  readonly file: string;
  readonly size: HistorySize;
  readonly changesPerMessage: number;
}

/** What the process answers. */
export type FromReplica = { readonly sample: Sample } | { readonly failed: string };

const PROCESS = new URL('./replica-process.ts', import.meta.url);

export function runReplicaJob(job: ReplicaJob): Promise<Sample> {
  return runInProcess(PROCESS, job);
}

/** Runs one job in a process of its own, whose garbage can be collected when it is asked for. */
export async function runInProcess(module: URL, job: object): Promise<Sample> {
  const child = fork(module, { execArgv: [...process.execArgv, '--expose-gc'] });
  return withProcess(child, async () => {
    const answered = once(child, 'message');
    const exited = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`the process of ${module.pathname} ended: ${code ?? signal}`);
    });
    exited.catch(() => undefined);
    child.send(job);
    const [answer] = (await Promise.race([answered, exited])) as [FromReplica];
    if ('failed' in answer) throw new Error(answer.failed);
    return answer.sample;
  });
}

/** Of such a process: answers its one job. */
export function answerJob<Job>(run: (job: Job) => Promise<Sample>): void {
  process.once('message', (job: Job) => {
    const tell = (answer: FromReplica) => process.send?.(answer);
    run(job).then(
      (sample) => tell({ sample }),
      (error: unknown) =>
        tell({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}

/** The heap and what it holds outside of it, the memory of WebAssembly included, once the garbage is gone. */
export async function usedBytes(): Promise<number> {
  for (let times = 0; times < 3; times += 1) {
    globalThis.gc?.();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
