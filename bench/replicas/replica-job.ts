import { fork } from 'node:child_process';
import { once } from 'node:events';
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

/** Runs one job in a process of its own, whose garbage can be collected when it is asked for. */
export async function runReplicaJob(job: ReplicaJob): Promise<Sample> {
  const child = fork(PROCESS, { execArgv: [...process.execArgv, '--expose-gc'] });
  return withProcess(child, async () => {
    const answered = once(child, 'message');
    const exited = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`the process of ${job.system} ended: ${code ?? signal}`);
    });
    exited.catch(() => undefined);
    child.send(job);
    const [answer] = (await Promise.race([answered, exited])) as [FromReplica];
    if ('failed' in answer) throw new Error(answer.failed);
    return answer.sample;
  });
}
