import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate, openDatabase, SyncPersistence } from '@cuepoint/store';
import type { BenchContext, Sample } from '../workload.ts';
import { createProgressChanges, prefillProgress } from './data-set.ts';

export interface EmbeddedWrites {
  /** One change of one caller. @returns whether it was stored. */
  write(this: void, caller: number): Promise<boolean>;
  /** A round on a table that is vacuumed before, with the rows of its commits. */
  counted(this: void, work: () => Promise<Sample>): Promise<Sample>;
}

/** Persistence over a filled embedded database of the run's own, for the time of `work`. */
export async function withEmbeddedWrites<T>(
  { scale, progress }: BenchContext,
  work: (writes: EmbeddedWrites) => Promise<T>,
): Promise<T> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-bench-'));
  const database = await openDatabase({ dataDir });
  let commits = 0;
  let rows = 0;
  const observer = {
    committed(event: { readonly rows: number }) {
      commits += 1;
      rows += event.rows;
    },
  };
  const persistence = new SyncPersistence(database, { observer });
  try {
    await migrate(database, { direction: 'up' });
    progress('filling the embedded database');
    await database.execute(prefillProgress('public.user_progress', scale));
    await database.execute('checkpoint');
    const nextChange = createProgressChanges(scale);
    return await work({
      async write(caller) {
        const { userId, op } = nextChange(caller);
        return (await persistence.persistOp(userId, op)).result === 'applied';
      },
      async counted(measure) {
        await database.execute('vacuum public.user_progress');
        commits = 0;
        rows = 0;
        const sample = await measure();
        return { ...sample, rowsPerCommit: rows / commits };
      },
    });
  } finally {
    await persistence.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
