import type { Op, OpResult } from '@cuepoint/core';
import type { PersistOpOptions, SyncRepository } from '@cuepoint/store';
import type { AwaitDatabase } from '../service/await-database.ts';
import type { RowQuota } from '../service/row-quota.ts';
import type { WorkTurns } from '../service/work-turns.ts';

export interface WriteOptions extends PersistOpOptions {
  /** The session that makes the change: it hears of it by its ack, the user's others at once. */
  readonly origin?: string;
}

/** The part of `SyncPersistence` that takes ops. */
export interface OpPersistence {
  persistOp(userId: string, op: Op, options?: WriteOptions): Promise<OpResult>;
}

export interface WriteDeps {
  /** For what takes long with many ops. */
  readonly inTurn: WorkTurns;
  readonly repository: SyncRepository;
  readonly persistence: OpPersistence;
  /** For what a write reads first. */
  readonly awaitDatabase: AwaitDatabase;
  readonly quota: RowQuota;
  /** How far ahead of `now` a timestamp may be, in ms. [HLC4] */
  readonly maxDriftMs: number;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  readonly randomUuid: () => string;
  /** Called with an op's hand-over; what it returns is called with the result. */
  readonly timeAck: () => () => void;
  /** `unknown` is any kind that there is not: labels stay few. */
  readonly countOp: (kind: Op['kind'] | 'unknown', result: OpResult['result']) => void;
}
