import { CuepointError } from '@cuepoint/core';
import type { Database } from '../database.ts';
import { sum } from '../sum.ts';
import { createBatchWriter } from './batch-writer.ts';
import type { GroupCommitObserver, GroupCommitOptions } from './options.ts';
import { Shard, type Placement } from './shard.ts';
import type { SetTimer } from './timers.ts';

export interface GroupCommitDeps {
  readonly database: Database;
  /** The wall clock, in ms: for what is stored. */
  readonly now: () => number;
  /** Monotonic, in ms: for durations. [OPS2] */
  readonly monotonic: () => number;
  readonly random: () => number;
  readonly setTimer: SetTimer;
  readonly observer: GroupCommitObserver;
}

export interface GroupCommitStats {
  readonly backlogChanges: number;
  readonly backlogBytes: number;
  readonly inFlight: number;
}

export interface GroupCommit {
  /** @throws CuepointError `overloaded`, `shutting_down`, `outcome_unknown` */
  submit<Value, Outcome>(
    userId: string,
    placements: readonly Placement<Value, Outcome>[],
    combine?: (a: Outcome, b: Outcome) => Outcome,
  ): Promise<Outcome>;
  stats(): GroupCommitStats;
  stop(): Promise<void>;
}

/** Users hashed to one shard a writer connection; each shard has one batch in flight. [GC3] */
export function createGroupCommit(deps: GroupCommitDeps, options: GroupCommitOptions): GroupCommit {
  const { database, now, setTimer } = deps;
  const writer = createBatchWriter(database, now);
  const shards = Array.from(
    { length: database.writers },
    () => new Shard({ ...deps, now: deps.monotonic, writer }, options),
  );
  let stopped: Promise<void> | undefined;

  function totals(): GroupCommitStats {
    return {
      backlogChanges: sum(shards, (shard) => shard.changes),
      backlogBytes: sum(shards, (shard) => shard.bytes),
      inFlight: sum(shards, (shard) => shard.inFlightRows),
    };
  }

  async function drain(): Promise<void> {
    const cancel = setTimer(() => {
      for (const shard of shards) shard.abandon();
    }, options.stopTimeoutMs);
    await Promise.all(shards.map((shard) => shard.stop()));
    cancel();
  }

  return {
    // Not async: a promise more for each change is what a busy service would spend most on.
    submit(userId, placements, combine) {
      if (stopped !== undefined) {
        return Promise.reject(
          new CuepointError('shutting_down', 'The service is stopping; send the change again.'),
        );
      }
      const shard = shards[shardIndex(userId, shards.length)];
      if (shard === undefined) return Promise.reject(new Error('a group commit has a shard'));
      let changes = 0;
      let bytes = 0;
      for (const each of shards) {
        changes += each.changes;
        bytes += each.bytes;
      }
      const { backlogMax, backlogMaxBytes } = options;
      const own = shard.usedBy(userId);
      if (own.changes >= backlogMax - changes || own.bytes >= backlogMaxBytes - bytes) {
        const limit = passedLimit(options, { changes, bytes }, own);
        return Promise.reject(overloaded(limit, shard.retryAfterMs(userId)));
      }
      return shard.submit(placements, combine);
    },
    stats: totals,
    stop() {
      stopped ??= drain();
      return stopped;
    },
  };
}

interface Used {
  readonly changes: number;
  readonly bytes: number;
}

interface Limit {
  readonly name: string;
  readonly value: number;
}

/**
 * A user may have as much as is still free: however many flood the backlog, together they leave as much as each has
 * taken, and whoever has nothing in it is taken. [GC9] Source: Choudhury and Hahne, "Dynamic queue length
 * thresholds for shared-memory packet switches", IEEE/ACM Transactions on Networking 6 (1998).
 */
function passedLimit(
  { backlogMax, backlogMaxBytes }: GroupCommitOptions,
  all: Used,
  own: Used,
): Limit {
  if (all.changes >= backlogMax) return { name: 'backlogMax', value: backlogMax };
  if (all.bytes >= backlogMaxBytes) return { name: 'backlogMaxBytes', value: backlogMaxBytes };
  return own.changes >= backlogMax - all.changes
    ? { name: 'backlogShare', value: backlogMax - all.changes }
    : { name: 'backlogShareBytes', value: backlogMaxBytes - all.bytes };
}

function overloaded(limit: Limit, retryAfterMs: number): CuepointError {
  return new CuepointError(
    'overloaded',
    `More changes wait for the database than ${limit.name} (${limit.value}) allows.`,
    { limit, retryAfterMs },
  );
}

/** The last digits of a UUID are random in every version in use; the first ones of version 7 are not. */
function shardIndex(userId: string, shards: number): number {
  return Number.parseInt(userId.slice(-6), 16) % shards;
}
