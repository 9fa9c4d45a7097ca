import {
  createProgressRegister,
  LOGICAL_MAX,
  maxTimestamp,
  ORSet,
  requireContentId,
  requireDeviceId,
  UNCOUNTED_REGISTERS,
  type ByHand,
  type DeviceInfo,
  type KnownContent,
  type Op,
  type OpResult,
  type ORSetEntry,
  type PlaybackState,
  type ProgressClearOp,
  type ProgressOp,
  type ProgressRegister,
  type ProgressSetOp,
  type Stamp,
  type Viewing,
  type WatchlistAddOp,
  type WatchlistOp,
  type WatchlistRemoveOp,
  type Work,
} from '@cuepoint/core';
import type { Database } from './database.ts';
import { withDialect } from './dialect.ts';
import { createBatchWriter, type BatchWriter } from './group-commit/batch-writer.ts';
import { deviceLane, heartbeatLane } from './group-commit/device-lane.ts';
import type { AnyRow, Lane } from './group-commit/lane.ts';
import { createProgressLane } from './group-commit/progress-lane.ts';
import { Submission } from './group-commit/submission.ts';
import { combineTagOutcomes } from './group-commit/or-set-lane.ts';
import { watchlistLane } from './group-commit/watchlist-lane.ts';
import { planWrite, type LaneGroup } from './group-commit/write-plan.ts';
import { listProgress, listWatchlist, toProgressItem, type StoredProgressRow } from './lists.ts';
import { findWorks, type FoundWorks } from './matching/find-works.ts';
import { searchTitles, type TitleSearch } from './matching/search-titles.ts';
import { readChanges } from './read-changes.ts';
import { readHeights } from './read-heights.ts';
import {
  readPlays,
  readViewing,
  type PlaysPage,
  type PlaysRequest,
  type WorksOf,
} from './read-plays.ts';
import {
  readRegister,
  readRegisters,
  type RegistersRequest,
  type StoredRegister,
} from './read-registers.ts';
import {
  deviceOfRow,
  entriesOfOp,
  entryOfRow,
  registerOfRow,
  stampOfParts,
  type DeviceRow,
  type RegisterRow,
  type TagRow,
} from './rows.ts';
import type {
  ChangesPage,
  ChangesRequest,
  ExportLine,
  ListOptions,
  ListPage,
  ProgressListItem,
  ProgressStatus,
  SaveDeviceOutcome,
  StoredHeights,
  SyncRepository,
  UserInspection,
  WatchlistListItem,
  WriteContext,
} from './sync-repository.ts';
import { runStatements } from './run-statements.ts';
import { exportUser } from './export-user.ts';
import { eraseUser, importUser } from './user-data.ts';
import { toUserId } from './user-id.ts';
import { inspectUser } from './user-inspection.ts';
import { listEngaged, type Engaged, type EngagedOptions } from './watching/list-engaged.ts';
import { createPlayedWorks } from './watching/played-works.ts';
import { readContents, readViewed, type Viewed } from './watching/viewed.ts';

const progressLane = createProgressLane({ passive: false });
/** Rows in one statement of `saveWatchlist`. */
const SAVE_CHUNK_ROWS = 1_000;

/** `SyncRepository` on PostgreSQL and, with the same SQL, on PGlite. */
export class PostgresSyncRepository implements SyncRepository {
  readonly #database: Database;
  readonly #writer: BatchWriter;
  readonly #now: () => number;

  constructor(database: Database, { now = Date.now }: { readonly now?: () => number } = {}) {
    this.#database = database;
    this.#writer = createBatchWriter(database, now);
    this.#now = now;
  }

  async loadWatchlist(userId: string): Promise<ORSet> {
    const { rows } = await this.#database.query<TagRow>('load-watchlist', [toUserId(userId)]);
    return ORSet.fromEntries(rows.map(entryOfRow));
  }

  async saveWatchlist(userId: string, set: ORSet): Promise<void> {
    const user = toUserId(userId);
    const rows = [...set.entries()]
      .map((entry) => rowOf(watchlistLane, user, entry.tag, entry))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const nowMs = this.#now();
    const groups: LaneGroup[] = [];
    for (let start = 0; start < rows.length; start += SAVE_CHUNK_ROWS) {
      groups.push({ lane: watchlistLane, rows: rows.slice(start, start + SAVE_CHUNK_ROWS) });
    }
    await withDialect(this.#database.dialect, (dialect) => {
      const plan = planWrite(groups, nowMs, dialect);
      return this.#database.transaction(async (transaction) => {
        const first = await runStatements(transaction, plan.first);
        await runStatements(transaction, plan.writes(first));
      });
    });
  }

  async getWatchlistEntry(userId: string, tag: string): Promise<ORSetEntry | undefined> {
    const { rows } = await this.#database.query<TagRow>('read-tag', [toUserId(userId), tag]);
    return rows[0] === undefined ? undefined : entryOfRow(rows[0]);
  }

  addWatchlistItem(userId: string, op: WatchlistAddOp): Promise<OpResult> {
    return this.#writeWatchlistOp(userId, op);
  }

  removeWatchlistItem(userId: string, op: WatchlistRemoveOp): Promise<OpResult> {
    return this.#writeWatchlistOp(userId, op);
  }

  async loadProgress(userId: string): Promise<Map<string, ProgressRegister>> {
    const { rows } = await this.#database.query<RegisterRow>('load-progress', [toUserId(userId)]);
    return new Map(rows.map((row) => [row.content_id, registerOfRow(row)]));
  }

  saveProgress(userId: string, op: ProgressSetOp): Promise<OpResult> {
    return this.#writeProgressOp(userId, op);
  }

  async getProgress(userId: string, contentId: string): Promise<ProgressRegister | undefined> {
    const row = await this.#readProgress(userId, contentId);
    return row === undefined ? undefined : registerOfRow(row);
  }

  deleteProgress(userId: string, op: ProgressClearOp): Promise<OpResult> {
    return this.#writeProgressOp(userId, op);
  }

  async loadDevices(userId: string): Promise<DeviceInfo[]> {
    const { rows } = await this.#database.query<DeviceRow>('load-devices', [toUserId(userId)]);
    return rows.map(deviceOfRow);
  }

  async saveDevice(userId: string, device: DeviceInfo): Promise<SaveDeviceOutcome> {
    requireDeviceId(device.deviceId);
    return this.#write([rowOf(deviceLane, toUserId(userId), device.deviceId, device)]);
  }

  async getDevice(userId: string, deviceId: string): Promise<DeviceInfo | undefined> {
    requireDeviceId(deviceId);
    const { rows } = await this.#database.query<DeviceRow>('get-device', [
      toUserId(userId),
      deviceId,
    ]);
    return rows[0] === undefined ? undefined : deviceOfRow(rows[0]);
  }

  async deleteDevice(userId: string, deviceId: string, atMs: number): Promise<boolean> {
    requireDeviceId(deviceId);
    const params = [toUserId(userId), deviceId, new Date(atMs)];
    const [result] = await this.#database.commit([{ name: 'revoke-device', params }]);
    return result?.rows.length === 1;
  }

  async updateDeviceHeartbeat(userId: string, deviceId: string, atMs: number): Promise<boolean> {
    requireDeviceId(deviceId);
    return this.#write([rowOf(heartbeatLane, toUserId(userId), deviceId, { atMs })]);
  }

  async isDeviceRevoked(userId: string, deviceId: string): Promise<boolean> {
    const { rows } = await this.#database.query('is-device-revoked', [toUserId(userId), deviceId]);
    return rows.length === 1;
  }

  async countDevices(userId: string, max: number): Promise<number> {
    const params = [toUserId(userId), max];
    const { rows } = await this.#database.query<{ devices: number }>('count-devices', params);
    return rows[0]?.devices ?? 0;
  }

  async listWatchlist(userId: string, options: ListOptions): Promise<ListPage<WatchlistListItem>> {
    return listWatchlist(this.#database, toUserId(userId), options);
  }

  async listProgress(
    userId: string,
    options: ListOptions & { readonly status: ProgressStatus },
  ): Promise<ListPage<ProgressListItem>> {
    return listProgress(this.#database, toUserId(userId), options);
  }

  async getProgressItem(userId: string, contentId: string): Promise<ProgressListItem | undefined> {
    const row = await this.#readProgress(userId, contentId);
    return row === undefined || row.is_cleared ? undefined : toProgressItem(row);
  }

  async listEngaged(userId: string, options: EngagedOptions): Promise<readonly Engaged[]> {
    return listEngaged(this.#database, toUserId(userId), options);
  }

  async readViewed(userId: string, contentIds: readonly string[], known?: Viewed): Promise<Viewed> {
    return readViewed(this.#database, toUserId(userId), contentIds, known);
  }

  async findWorks(userId: string, works: readonly Work[], byHand?: ByHand): Promise<FoundWorks> {
    return findWorks(this.#database, toUserId(userId), works, byHand);
  }

  async hasCatalogue(): Promise<boolean> {
    const { rows } = await this.#database.query<{ is_there: boolean }>('has-catalogue', []);
    return rows[0]?.is_there === true;
  }

  async searchTitles(userId: string, search: TitleSearch): Promise<readonly KnownContent[]> {
    return searchTitles(this.#database, toUserId(userId), search);
  }

  async readContents(userId: string, contentIds: readonly string[]): Promise<Viewed> {
    return readContents(this.#database, toUserId(userId), contentIds);
  }

  async readWriteContext(userId: string, contentId: string): Promise<WriteContext> {
    requireContentId(contentId);
    const { rows } = await this.#database.query<WriteContextRow>('read-write-context', [
      toUserId(userId),
      contentId,
    ]);
    return toWriteContext(rows[0], contentId);
  }

  async readRegister(
    userId: string,
    kind: string,
    key: string,
  ): Promise<StoredRegister | undefined> {
    return readRegister(this.#database, toUserId(userId), kind, key);
  }

  async readRegisters(
    userId: string,
    request: RegistersRequest & ListOptions,
  ): Promise<ListPage<StoredRegister>> {
    return readRegisters(this.#database, toUserId(userId), request);
  }

  async readPlays(userId: string, request: PlaysRequest): Promise<PlaysPage> {
    const works = createPlayedWorks(this.#database, toUserId(userId));
    const page = await readPlays(this.#database, toUserId(userId), {
      worksOf: works.of,
      ...request,
    });
    return { ...page, rows: page.rows + works.rows() };
  }

  async readViewing(
    userId: string,
    playId: string,
    worksOf: WorksOf = createPlayedWorks(this.#database, toUserId(userId)).of,
  ): Promise<Viewing | undefined> {
    return readViewing(this.#database, toUserId(userId), playId, worksOf);
  }

  async countRegisters(userId: string, max: number): Promise<number> {
    const params = [toUserId(userId), max, [...UNCOUNTED_REGISTERS]];
    const { rows } = await this.#database.query<{ registers: number }>('count-registers', params);
    return rows[0]?.registers ?? 0;
  }

  async readHeights(userId: string, ops: readonly Op[]): Promise<StoredHeights> {
    return readHeights(this.#database, toUserId(userId), ops);
  }

  async countRows(userId: string, max: number): Promise<number> {
    const params = [toUserId(userId), max];
    const { rows } = await this.#database.query<{ rows: number }>('count-rows', params);
    return rows[0]?.rows ?? 0;
  }

  async readChanges(userId: string, request: ChangesRequest): Promise<ChangesPage> {
    return readChanges(this.#database, toUserId(userId), request);
  }

  exportUser(userId: string): AsyncIterable<ExportLine> {
    return exportUser(this.#database, toUserId(userId));
  }

  async inspectUser(
    userId: string,
    { rowsMax }: { readonly rowsMax: number },
  ): Promise<UserInspection> {
    return inspectUser(this.#database, toUserId(userId), rowsMax);
  }

  async importUser(userId: string, lines: readonly ExportLine[]): Promise<number> {
    return importUser(this.#database, toUserId(userId), lines);
  }

  async eraseUser(userId: string, atMs: number): Promise<{ readonly rows: number }> {
    return eraseUser(this.#database, toUserId(userId), atMs);
  }

  async #readProgress(userId: string, contentId: string): Promise<StoredProgressRow | undefined> {
    requireContentId(contentId);
    const { rows } = await this.#database.query<StoredProgressRow>('get-progress', [
      toUserId(userId),
      contentId,
    ]);
    return rows[0];
  }

  async #writeWatchlistOp(userId: string, op: WatchlistOp): Promise<OpResult> {
    requireContentId(op.contentId);
    requireDeviceId(op.deviceId);
    const user = toUserId(userId);
    const rows = entriesOfOp(op).map((entry) => rowOf(watchlistLane, user, entry.tag, entry));
    return rows.length === 0 ? { result: 'duplicate' } : this.#write(rows, combineTagOutcomes);
  }

  async #writeProgressOp(userId: string, op: ProgressOp): Promise<OpResult> {
    requireContentId(op.contentId);
    requireDeviceId(op.deviceId);
    return this.#write([
      rowOf<ProgressOp, OpResult>(progressLane, toUserId(userId), op.contentId, op),
    ]);
  }

  /** One change in a commit of its own, through the same statements as the batches. */
  async #write<Outcome>(
    rows: readonly UnsubmittedRow<Outcome>[],
    combine?: (a: Outcome, b: Outcome) => Outcome,
  ): Promise<Outcome> {
    const submission = new Submission<Outcome>(this.#now(), rows.length, combine);
    const batch = await this.#writer.commit(
      rows.map((row) => ({
        ...row,
        contributions: [{ value: row.value, submission }],
      })) as AnyRow[],
    );
    await batch.tell();
    return submission.promise;
  }
}

interface UnsubmittedRow<Outcome, Value = unknown> {
  readonly lane: Lane<Value, Outcome>;
  readonly userId: string;
  readonly key: string;
  readonly value: Value;
  readonly contributions: [];
  readonly bytes: number;
  readonly firstAtMs: number;
}

function rowOf<Value, Outcome>(
  lane: Lane<Value, Outcome>,
  userId: string,
  key: string,
  value: Value,
): UnsubmittedRow<Outcome, Value> {
  return { lane, userId, key, value, contributions: [], bytes: 0, firstAtMs: 0 };
}

interface StoredStamp {
  readonly physical: number;
  readonly logical: number;
  readonly deviceId: string;
}

interface WriteContextRow {
  readonly progress:
    | (StoredStamp & {
        readonly positionSeconds: number;
        readonly durationSeconds: number;
        readonly state: PlaybackState;
        readonly claimPhysical: number | null;
        readonly claimLogical: number | null;
        readonly isCleared: boolean;
      })
    | null;
  readonly live_adds: readonly (StoredStamp & { readonly tag: string })[] | null;
  readonly floor: { readonly physical: number; readonly logical: number } | null;
  readonly erased_physical: number | null;
}

function stampOfProgress({
  physical,
  logical,
  claimPhysical,
  claimLogical,
  deviceId,
}: NonNullable<WriteContextRow['progress']>): Stamp {
  return stampOfParts(
    { physical, logical },
    deviceId,
    claimPhysical === null || claimLogical === null
      ? undefined
      : { physical: claimPhysical, logical: claimLogical },
  );
}

function toWriteContext(row: WriteContextRow | undefined, contentId: string): WriteContext {
  const addOf = ({ physical, logical, deviceId }: StoredStamp) => ({
    timestamp: { physical, logical },
    deviceId,
  });
  const progress = row?.progress ?? undefined;
  const position =
    progress === undefined || progress.isCleared
      ? null
      : {
          positionSeconds: progress.positionSeconds,
          durationSeconds: progress.durationSeconds,
          state: progress.state,
        };
  const erasureFloor =
    row?.erased_physical == null
      ? undefined
      : { physical: row.erased_physical, logical: LOGICAL_MAX };
  const collectedFloor = row?.floor ?? undefined;
  return {
    progress:
      progress === undefined
        ? undefined
        : createProgressRegister(position, stampOfProgress(progress)),
    liveAdds: (row?.live_adds ?? []).map((add): ORSetEntry => ({
      tag: add.tag,
      contentId,
      added: addOf(add),
      removed: null,
    })),
    addFloor:
      collectedFloor !== undefined && erasureFloor !== undefined
        ? maxTimestamp(collectedFloor, erasureFloor)
        : (collectedFloor ?? erasureFloor),
    erasureFloor,
  };
}
