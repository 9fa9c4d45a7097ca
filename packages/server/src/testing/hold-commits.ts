import type { TestApi } from './test-api.ts';
import { createSignal } from './signal.ts';

export interface HeldCommits {
  /** Resolves once this many writers wait. */
  untilWaiting(count: number): Promise<void>;
  release(): Promise<void>;
}

const QUESTIONS_MAX = 20_000;

/** Keeps every commit to the watch state of this schema from ending, until `release`. */
export async function holdCommits({ database }: TestApi): Promise<HeldCommits> {
  const [locked, released] = [createSignal(), createSignal()];
  let countWaiting: () => Promise<number> = () => Promise.resolve(0);
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
    locked.send();
    await released.received;
  });
  await locked.received;
  return {
    async untilWaiting(count) {
      for (let asked = 0; asked < QUESTIONS_MAX; asked += 1) {
        if ((await countWaiting()) >= count) return;
      }
      throw new Error(`no ${count} writers wait`);
    },
    async release() {
      released.send();
      await lock;
    },
  };
}
