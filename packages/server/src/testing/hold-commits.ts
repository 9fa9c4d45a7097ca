import type { TestApi } from './test-api.ts';
import { createSignal } from './signal.ts';

export interface HeldCommits {
  /** Resolves once this many writers wait. */
  /** @param describe what to tell besides when they do not come. */
  untilWaiting(count: number, describe?: () => unknown): Promise<void>;
  release(): Promise<void>;
}

const QUESTIONS_MAX = 20_000;

/** Keeps every commit to the watch state of this schema from ending, until `release`. */
export async function holdCommits({ database }: TestApi): Promise<HeldCommits> {
  const [locked, released] = [createSignal(), createSignal()];
  let countWaiting: () => Promise<number> = () => Promise.resolve(0);
  let describeOthers: () => Promise<unknown> = () => Promise.resolve([]);
  const lock = database.transaction(async (transaction) => {
    await transaction.execute(
      `lock table ${database.schema}.user_watchlists, ${database.schema}.user_progress in share mode`,
    );
    countWaiting = async () => {
      const { rows } = await transaction.execute<{ count: number }>(
        `select count(*)::integer as count from pg_stat_activity
         where pg_backend_pid() = any(pg_blocking_pids(pid))`,
      );
      return rows[0]?.count ?? 0;
    };
    describeOthers = async () => {
      const { rows } = await transaction.execute(
        `select pid, state, wait_event, left(query, 200) as query from pg_stat_activity
         where pid <> pg_backend_pid() and state <> 'idle'`,
      );
      return rows;
    };
    locked.send();
    await released.received;
  });
  await locked.received;
  return {
    async untilWaiting(count, describe = () => undefined) {
      for (let asked = 0; asked < QUESTIONS_MAX; asked += 1) {
        if ((await countWaiting()) >= count) return;
      }
      const seen = JSON.stringify([describe(), await describeOthers()]);
      // Whoever fails here releases nothing any more.
      released.send();
      throw new Error(`no ${count} writers wait: ${seen}`);
    },
    async release() {
      released.send();
      await lock;
    },
  };
}
