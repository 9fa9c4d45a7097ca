import { DEFAULT_STALE_AFTER_MS } from '@cuepoint/core';
import type { Database, Queryable } from './database.ts';
import { setPlatformTimer, type CancelTimer, type SetTimer } from './group-commit/timers.ts';
import { deleteOldPlaces } from './old-places.ts';
import { markStaleDevices, type DeviceKey } from './stale-devices.ts';

export const DEFAULT_RETENTION_MS = 30 * 24 * 60 * 60_000;
/** Longer than any statement of a writer can run. [CUR3] */
export const DEFAULT_GC_GRACE_MS = 10 * 60_000;

export interface MaintenanceObserver {
  /** Tombstones, or removed devices, deleted by one batch. */
  collected?(rows: number): void;
  /** Devices that one run marked, after its commit; never empty. */
  markedOffline?(devices: readonly DeviceKey[]): void;
  ran?(task: MaintenanceTask): void;
  failed?(task: MaintenanceTask, error: unknown): void;
}

export type MaintenanceTask = 'stale_devices' | 'garbage_collection' | 'checkpoint' | 'vacuum';

export interface MaintenanceOptions {
  readonly staleAfterMs?: number;
  readonly retentionMs?: number;
  readonly gcGraceMs?: number;
  readonly staleDevicesIntervalMs?: number;
  readonly garbageCollectionIntervalMs?: number;
  /** PGlite only: how often the size of its WAL is looked at. */
  readonly checkpointIntervalMs?: number;
  /** PGlite only. */
  readonly vacuumIntervalMs?: number;
  /** PGlite only: WAL past this size is checkpointed. In bytes. */
  readonly walMaxBytes?: number;
  readonly observer?: MaintenanceObserver;
  /** Default: of the database for garbage collection, which is one for all instances; else of this process. */
  readonly now?: () => number;
  readonly setTimer?: SetTimer;
}

export interface GarbageCollectionReport {
  /** Users whose tombstones are covered with floors now; a later run deletes them. */
  readonly raisedUsers: number;
  readonly deleted: number;
  /** False when another instance was at it. */
  readonly lockHeld: boolean;
}

export interface Maintenance {
  start(): void;
  /** Resolves when no task runs any more. */
  stop(): Promise<void>;
  collectGarbage(): Promise<GarbageCollectionReport>;
  /** One run: at most {@link STALE_DEVICES_MAX} devices. @returns those that went offline. */
  markStaleDevicesOffline(): Promise<readonly DeviceKey[]>;
  /** What PostgreSQL's own background processes do and PGlite has not. [5.1] */
  checkpoint(): Promise<boolean>;
  vacuum(): Promise<void>;
}

/** Devices that one run marks offline: what an outage leaves behind is told in parts, not at once. */
export const STALE_DEVICES_MAX = 5_000;
/** Removed devices of each user that are refused for ever; older ones are forgotten after the retention. [SEC1] */
export const REVOKED_DEVICES_KEPT = 20;
/** Tombstones deleted in one transaction: short enough not to hold up writers. */
const DELETE_BATCH_ROWS = 5_000;

/** The work behind the service's back: stale devices, garbage collection, PGlite's housekeeping. */
export function createMaintenance(
  database: Database,
  {
    staleAfterMs = DEFAULT_STALE_AFTER_MS,
    retentionMs = DEFAULT_RETENTION_MS,
    gcGraceMs = DEFAULT_GC_GRACE_MS,
    staleDevicesIntervalMs = 60_000,
    garbageCollectionIntervalMs = 60 * 60_000,
    checkpointIntervalMs = 60_000,
    vacuumIntervalMs = 60 * 60_000,
    walMaxBytes = 64 * 1024 * 1024,
    observer = {},
    now,
    setTimer = setPlatformTimer,
  }: MaintenanceOptions = {},
): Maintenance {
  const cancelByTask = new Map<MaintenanceTask, CancelTimer>();
  const running = new Set<Promise<void>>();
  let stopped = false;

  /** Runs `work` unless another instance holds the task's lock. [CUR5] */
  async function exclusively<T>(
    task: MaintenanceTask,
    work: (transaction: Queryable) => Promise<T>,
  ): Promise<T | undefined> {
    return database.transaction(async (transaction) => {
      const { rows } = await transaction.query<{ held: boolean }>('try-task-lock', [
        `cuepoint.${task}.${database.schema}`,
      ]);
      return rows[0]?.held === true ? work(transaction) : undefined;
    });
  }

  async function markStaleDevicesOffline(): Promise<readonly DeviceKey[]> {
    const before = new Date((now ?? Date.now)() - staleAfterMs);
    const marked = await exclusively('stale_devices', async (transaction) =>
      markStaleDevices(transaction, before, STALE_DEVICES_MAX, database.dialect.current),
    );
    if (marked === undefined || marked.length === 0) return [];
    observer.markedOffline?.(marked);
    return marked;
  }

  /** Run after run while there are more than one marks. */
  async function markAllStaleDevices(): Promise<void> {
    for (;;) {
      const marked = await markStaleDevicesOffline();
      if (marked.length < STALE_DEVICES_MAX || stopped) return;
    }
  }

  /** Deletes what an earlier run covered with floors, removed devices and old places, then covers what has become due. [CUR3] */
  async function collectGarbage(): Promise<GarbageCollectionReport> {
    const at = now === undefined ? null : new Date(now());
    const [retentionSeconds, graceSeconds] = [retentionMs / 1000, gcGraceMs / 1000];
    const deleteBy = (name: string, params: readonly unknown[]) =>
      inBatches(async (transaction) => {
        const { rows } = await transaction.query<{ deleted: number }>(name, [
          ...params,
          DELETE_BATCH_ROWS,
        ]);
        return rows[0]?.deleted ?? 0;
      });
    const tombstones = await deleteBy('delete-collected', [at, retentionSeconds, graceSeconds]);
    const devices = await deleteBy('delete-revoked-devices', [
      at,
      retentionSeconds,
      REVOKED_DEVICES_KEPT,
    ]);
    const places = await inBatches((transaction) =>
      deleteOldPlaces(transaction, at, DELETE_BATCH_ROWS, database.dialect.current),
    );
    const deleted = tombstones.deleted + devices.deleted + places.deleted;
    if (!tombstones.lockHeld) return { raisedUsers: 0, deleted, lockHeld: false };
    const raisedUsers = await exclusively('garbage_collection', async (transaction) => {
      const { rows } = await transaction.query<{ users: number }>('raise-floors', [
        at,
        retentionSeconds,
        graceSeconds,
      ]);
      return rows[0]?.users ?? 0;
    });
    return { raisedUsers: raisedUsers ?? 0, deleted, lockHeld: raisedUsers !== undefined };
  }

  /** @param work deletes at most {@link DELETE_BATCH_ROWS}, and says how many. */
  async function inBatches(
    work: (transaction: Queryable) => Promise<number>,
  ): Promise<Pick<GarbageCollectionReport, 'deleted' | 'lockHeld'>> {
    let deleted = 0;
    for (;;) {
      const batch = await exclusively('garbage_collection', work);
      if (batch === undefined) return { deleted, lockHeld: false };
      deleted += batch;
      if (batch > 0) observer.collected?.(batch);
      if (batch < DELETE_BATCH_ROWS || stopped) return { deleted, lockHeld: true };
    }
  }

  async function checkpoint(): Promise<boolean> {
    const { rows } = await database.execute<{ bytes: number }>(
      `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 as bytes
       from pg_control_checkpoint()`,
      [],
    );
    if (database.upkeep === undefined || (rows[0]?.bytes ?? 0) < walMaxBytes) return false;
    await database.upkeep.checkpoint();
    return true;
  }

  async function vacuum(): Promise<void> {
    await database.upkeep?.vacuum();
  }

  function schedule(task: MaintenanceTask, intervalMs: number, work: () => Promise<unknown>): void {
    const cancel = setTimer(
      () => {
        const run = work()
          .then(
            () => observer.ran?.(task),
            (error: unknown) => observer.failed?.(task, error),
          )
          .then(() => {
            running.delete(run);
            if (!stopped) schedule(task, intervalMs, work);
          });
        running.add(run);
      },
      intervalMs,
      { keepsAlive: false },
    );
    cancelByTask.set(task, cancel);
  }

  return {
    start() {
      schedule('stale_devices', staleDevicesIntervalMs, markAllStaleDevices);
      schedule('garbage_collection', garbageCollectionIntervalMs, collectGarbage);
      if (database.upkeep !== undefined) {
        schedule('checkpoint', checkpointIntervalMs, checkpoint);
        schedule('vacuum', vacuumIntervalMs, vacuum);
      }
    },
    async stop() {
      stopped = true;
      for (const cancel of cancelByTask.values()) cancel();
      await Promise.all(running);
    },
    collectGarbage,
    markStaleDevicesOffline,
    checkpoint,
    vacuum,
  };
}
