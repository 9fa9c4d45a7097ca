import {
  CuepointError,
  DEFAULT_STALE_AFTER_MS,
  DUPLICATE,
  isTimestamp,
  OP_KINDS,
  playsOfOp,
  registerId,
  requireContentId,
  requireDeviceId,
  requirePlay,
  requirePosition,
  requireRegister,
  type DeviceInfo,
  type Op,
  type OpResult,
  type ORSet,
  type ORSetEntry,
  type PlayEntry,
  type PersistencePort,
  type ProgressOp,
  type ProgressRegister,
  type RegisterSetOp,
} from '@cuepoint/core';
import type { Database } from './database.ts';
import { deviceLane, heartbeatLane } from './group-commit/device-lane.ts';
import { createGroupCommit, type GroupCommit } from './group-commit/group-commit.ts';
import {
  DEFAULT_GROUP_COMMIT_OPTIONS,
  EMBEDDED_BATCH_MAX_ROWS_SHARED,
  type GroupCommitObserver,
  type GroupCommitOptions,
} from './group-commit/options.ts';
import { createProgressLane, passiveKeyOf } from './group-commit/progress-lane.ts';
import { setPlatformTimer, type SetTimer } from './group-commit/timers.ts';
import { combineTagOutcomes } from './group-commit/or-set-lane.ts';
import { playLane } from './group-commit/play-lane.ts';
import { registerLane } from './group-commit/register-lane.ts';
import { watchlistLane } from './group-commit/watchlist-lane.ts';
import { HeartbeatGate } from './heartbeat-gate.ts';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import { entriesOfOp, progressOp, toTag } from './rows.ts';
import { toUserId } from './user-id.ts';

export type PersistenceObserver = GroupCommitObserver;

export interface SyncPersistenceOptions extends Partial<GroupCommitOptions> {
  /** A device's heartbeat reaches the database at most this often. At most half of 5 minutes. [GC8] */
  readonly heartbeatPersistMs?: number;
  readonly observer?: PersistenceObserver;
  /** The wall clock, in ms. */
  readonly now?: () => number;
  /** Monotonic, in ms: for durations. [OPS2] */
  readonly monotonic?: () => number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly setTimer?: SetTimer;
}

export interface PersistOpOptions {
  /** A timer's report: it applies only while nothing is stored, or the winner is the same device's. */
  readonly passive?: boolean;
}

const DEFAULT_HEARTBEAT_PERSIST_MS = 60_000;
/** Entries that `persistWatchlist` has on their way at once, or half of the backlog: more a user never gets. [GC5] [GC9] */
const WATCHLIST_CHUNK_MAX = 1_000;

const activeProgressLane = createProgressLane({ passive: false });
const passiveProgressLane = createProgressLane({ passive: true });

/**
 * Watch state made durable: what services and embedders use.
 *
 * Every `persist*` resolves only after the commit that holds the change [GC1]; many callers share a
 * commit [GC2]. It owns its database: `stop` flushes and closes it. [GC7]
 */
export class SyncPersistence implements PersistencePort {
  readonly repository: PostgresSyncRepository;
  readonly #database: Database;
  readonly #commits: GroupCommit;
  readonly #heartbeats: HeartbeatGate;
  readonly #now: () => number;
  readonly #watchlistChunk: number;

  constructor(
    database: Database,
    {
      heartbeatPersistMs = DEFAULT_HEARTBEAT_PERSIST_MS,
      observer = {},
      now = Date.now,
      monotonic = () => performance.now(),
      random = Math.random,
      setTimer = setPlatformTimer,
      ...options
    }: SyncPersistenceOptions = {},
  ) {
    if (heartbeatPersistMs > DEFAULT_STALE_AFTER_MS / 2) {
      throw new CuepointError(
        'configuration_invalid',
        'heartbeatPersistMs is at most half of the time after which a device counts as stale.',
        { field: 'heartbeatPersistMs' },
      );
    }
    this.#database = database;
    this.#now = now;
    this.repository = new PostgresSyncRepository(database, { now });
    this.#heartbeats = new HeartbeatGate(heartbeatPersistMs);
    const commitOptions = {
      ...DEFAULT_GROUP_COMMIT_OPTIONS,
      ...(database.kind === 'pglite' && { batchMaxRowsShared: EMBEDDED_BATCH_MAX_ROWS_SHARED }),
      ...options,
    };
    this.#watchlistChunk = Math.max(
      1,
      Math.min(WATCHLIST_CHUNK_MAX, Math.floor(commitOptions.backlogMax / 2)),
    );
    this.#commits = createGroupCommit(
      { database, now, monotonic, random, setTimer, observer },
      commitOptions,
    );
  }

  loadWatchlistState(userId: string): Promise<ORSet> {
    return this.repository.loadWatchlist(userId);
  }

  loadProgressState(userId: string): Promise<Map<string, ProgressRegister>> {
    return this.repository.loadProgress(userId);
  }

  loadDevices(userId: string): Promise<DeviceInfo[]> {
    return this.repository.loadDevices(userId);
  }

  /**
   * @throws CuepointError `invalid_*` for what callers without types pass; `overloaded`, `outcome_unknown`,
   * `shutting_down`, `storage_failed`
   */
  async persistOp(
    userId: string,
    op: Op,
    { passive = false }: PersistOpOptions = {},
  ): Promise<OpResult> {
    requireOp(op);
    switch (op.kind) {
      case 'watchlist.add':
      case 'watchlist.remove':
        return this.#persistEntries(userId, entriesOfOp(op));
      case 'progress.set':
      case 'progress.clear':
        return this.#persistProgressOp(userId, op, passive);
      case 'register.set':
        return this.#persistRegister(userId, requireRegister(op));
      case 'play.add':
        return this.#persistPlays(userId, playsOfOp(requirePlay(op)));
      case 'play.remove':
        return this.#persistPlays(userId, playsOfOp(op));
    }
  }

  /**
   * Persists what changed in `set` since its last commit, and folds in what won over it. [SQL3]
   *
   * An entry that is refused stays unpersisted, the others do not. After a failure that is no refusal of
   * an entry (`overloaded`, say) the rest is left for the next call.
   *
   * @throws CuepointError the first refusal or failure.
   */
  async persistWatchlist(userId: string, set: ORSet): Promise<void> {
    const entries = set.unpersisted();
    const refusals: OpResult[] = [];
    for (let start = 0; start < entries.length; start += this.#watchlistChunk) {
      const chunk = entries.slice(start, start + this.#watchlistChunk);
      const outcomes = await Promise.allSettled(
        chunk.map((entry) => this.#persistEntryOf(set, userId, entry)),
      );
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') throw outcome.reason;
        if (outcome.value.result === 'rejected') refusals.push(outcome.value);
      }
    }
    for (const refusal of refusals) requireStored(refusal);
  }

  /** Persists one register. @throws CuepointError when the store refused it. */
  async persistProgress(
    userId: string,
    contentId: string,
    register: ProgressRegister,
  ): Promise<OpResult> {
    const op = progressOp(contentId, register.value, register.stamp);
    requireOp(op);
    return requireStored(await this.#persistProgressOp(userId, op, false));
  }

  /** @throws CuepointError `device_revoked` for the id of a deleted device. */
  async persistDevice(userId: string, device: DeviceInfo): Promise<void> {
    requireDeviceId(device.deviceId);
    const user = toUserId(userId);
    this.#heartbeats.forget(user, device.deviceId);
    const outcome = await this.#commits.submit(user, [
      { lane: deviceLane, userId: user, key: device.deviceId, value: device },
    ]);
    if (outcome === 'revoked') {
      throw new CuepointError(
        'device_revoked',
        'This device was deleted; its id is not taken again.',
        {
          field: 'deviceId',
        },
      );
    }
  }

  /**
   * Folds heartbeats: within `heartbeatPersistMs` of a stored one it answers without a write. [GC8]
   *
   * @returns false when the device is not registered.
   */
  async updateDeviceHeartbeat(userId: string, deviceId: string, atMs: number): Promise<boolean> {
    requireDeviceId(deviceId);
    const user = toUserId(userId);
    if (!this.#heartbeats.isDue(user, deviceId, atMs)) return true;
    const known = await this.#commits.submit(user, [
      { lane: heartbeatLane, userId: user, key: deviceId, value: { atMs } },
    ]);
    if (known) this.#heartbeats.persisted(user, deviceId, atMs);
    return known;
  }

  async deleteDevice(userId: string, deviceId: string): Promise<boolean> {
    this.#heartbeats.forget(toUserId(userId), deviceId);
    return this.repository.deleteDevice(userId, deviceId, this.#now());
  }

  stats() {
    return this.#commits.stats();
  }

  /** Takes no new change, flushes, settles every caller, then closes the database. [GC7] */
  async stop(): Promise<void> {
    await this.#commits.stop();
    await this.#database.close();
  }

  async #persistEntryOf(set: ORSet, userId: string, entry: ORSetEntry): Promise<OpResult> {
    const result = await this.#persistEntries(userId, [{ ...entry, tag: toTag(entry.tag) }]);
    if (result.result === 'rejected') return result;
    const winner = result.result === 'superseded' ? result.winner : undefined;
    const isWatchlistOp = winner?.kind === 'watchlist.add' || winner?.kind === 'watchlist.remove';
    set.markPersisted(entry, isWatchlistOp ? entriesOfOp(winner)[0] : entry);
    return result;
  }

  async #persistEntries(userId: string, entries: readonly ORSetEntry[]): Promise<OpResult> {
    const user = toUserId(userId);
    if (entries.length === 0) return DUPLICATE;
    const placements = entries.map((value) => ({
      lane: watchlistLane,
      userId: user,
      key: value.tag,
      value,
    }));
    return this.#commits.submit(user, placements, combineTagOutcomes);
  }

  async #persistRegister(userId: string, op: RegisterSetOp): Promise<OpResult> {
    const user = toUserId(userId);
    const key = registerId(op.register, op.key);
    return this.#commits.submit(user, [{ lane: registerLane, userId: user, key, value: op }]);
  }

  async #persistPlays(userId: string, plays: readonly PlayEntry[]): Promise<OpResult> {
    const user = toUserId(userId);
    if (plays.length === 0) return DUPLICATE;
    const placements = plays.map((value) => ({
      lane: playLane,
      userId: user,
      key: value.tag,
      value,
    }));
    return this.#commits.submit(user, placements, combineTagOutcomes);
  }

  async #persistProgressOp(userId: string, op: ProgressOp, passive: boolean): Promise<OpResult> {
    const user = toUserId(userId);
    const lane = passive ? passiveProgressLane : activeProgressLane;
    const key = passive ? passiveKeyOf(op) : op.contentId;
    return this.#commits.submit(user, [{ lane, userId: user, key, value: op }]);
  }
}

function requireOp(op: Op): void {
  if (op.kind !== 'register.set' && op.kind !== 'play.remove') requireContentId(op.contentId);
  requireDeviceId(op.deviceId);
  // Spread, since a caller without types may pass none at all.
  if (!isTimestamp({ ...op.timestamp })) {
    throw new CuepointError(
      'invalid_timestamp',
      'A timestamp is 48 bits of milliseconds and a counter of 16 bits.',
      { field: 'timestamp' },
    );
  }
  if (op.kind === 'progress.set') requirePosition(op);
  if (!OP_KINDS.includes(op.kind)) {
    throw new CuepointError('invalid_request', `A kind is one of ${OP_KINDS.join(', ')}.`, {
      field: 'kind',
    });
  }
}

function requireStored(result: OpResult): OpResult {
  if (result.result === 'rejected') {
    throw new CuepointError(result.code, 'The store refused a change.');
  }
  return result;
}
