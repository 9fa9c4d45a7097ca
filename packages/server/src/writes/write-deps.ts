import type { Op, OpResult } from '@cuepoint/core';
import type { PersistOpOptions, SyncRepository } from '@cuepoint/store';

/** The part of `SyncPersistence` that takes ops. */
export interface OpPersistence {
  persistOp(userId: string, op: Op, options?: PersistOpOptions): Promise<OpResult>;
}

export interface WriteDeps {
  readonly repository: SyncRepository;
  readonly persistence: OpPersistence;
  /** How far ahead of `now` a timestamp may be, in ms. [HLC4] */
  readonly maxDriftMs: number;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  readonly randomUuid: () => string;
  readonly countOp: (kind: Op['kind'], result: OpResult['result']) => void;
}
