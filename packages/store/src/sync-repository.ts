import type {
  ByHand,
  DeviceInfo,
  JsonValue,
  KnownContent,
  Op,
  OpResult,
  ORSet,
  ORSetEntry,
  PlaybackPosition,
  PlayEntry,
  ProgressClearOp,
  ProgressRegister,
  ProgressSetOp,
  Stamp,
  Timestamp,
  Viewing,
  WatchlistAddOp,
  WatchlistRemoveOp,
  Work,
} from '@cuepoint/core';
import type { FoundWorks } from './matching/find-works.ts';
import type { TitleSearch } from './matching/search-titles.ts';
import type { PlaysPage, PlaysRequest, WorksOf } from './read-plays.ts';
import type { RegistersRequest, StoredRegister } from './read-registers.ts';
import type { Engaged, EngagedOptions } from './watching/list-engaged.ts';
import type { Viewed } from './watching/viewed.ts';

/** One page of a list: `nextCursor` is there when the page does not hold the rest. */
export interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
  /** On a page that is the whole list: how many there are. Counting the rest of a longer one would cost it. [OPS3] */
  readonly total?: number;
}

export interface ListOptions {
  /** Items on the page, 1 to {@link LIST_LIMIT_MAX}. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly after?: string;
}

export const LIST_LIMIT_MAX = 1_000;

export interface WatchlistListItem {
  readonly contentId: string;
  /** When its first live add was made, in ms since the epoch by the adder's clock. */
  readonly addedAtMs: number;
  /** The device of that add. */
  readonly deviceId: string;
  readonly tags: readonly string[];
}

export type ProgressStatus = 'in_progress' | 'completed' | 'all';

export interface ProgressListItem extends PlaybackPosition {
  readonly contentId: string;
  readonly stamp: Stamp;
  /** When it happened: the time of its stamp, or when the service stored it where that is ahead. In ms since the epoch. */
  readonly updatedAtMs: number;
}

/** What a service needs to know of a user's rows to stamp a write on one content. */
export interface WriteContext {
  /** The stored register; its value is `null` once cleared. */
  readonly progress: ProgressRegister | undefined;
  /** The live adds of the content. */
  readonly liveAdds: readonly ORSetEntry[];
  /** No add at or below it is ever stored: the greater of the collected floor and the erasure. [CUR4] */
  readonly addFloor: Timestamp | undefined;
  /** No op at or below it is ever stored: the time of the user's erasure. */
  readonly erasureFloor: Timestamp | undefined;
}

/** How high stamps are stored of what some ops write to. [HLC4] */
export interface StoredHeights {
  /** The greatest of a content's register, or of the tags that a watchlist op names. */
  of(op: Op): Timestamp | undefined;
  /** No op of the user at or below it is sure to be taken: the greater of the collected floor and the erasure. */
  readonly floor: Timestamp | undefined;
}

export interface ChangesRequest {
  /** From an earlier page's `cursor`; without it the whole state is read. */
  readonly cursor?: string;
  /** From an earlier page's `page`, to read on where that page ended. */
  readonly page?: string;
  /** Rows on the page, 1 to {@link CHANGES_LIMIT_MAX}. */
  readonly limit: number;
}

export const CHANGES_LIMIT_MAX = 5_000;

/** Changes of one user since a cursor. [CUR1] */
export interface ChangesPage {
  /** With their devices; a removed tag is a `watchlist.remove`. */
  readonly ops: readonly Op[];
  /** True when the pages up to `more: false` are the whole state, tombstones included. [CUR2] */
  readonly resync: boolean;
  /**
   * On the first page of a whole state: the cursor is of a database that had rows which this one may have lost, at a
   * failover or by a restore. [CUR6]
   */
  readonly restored?: true;
  /** When it was read by the database's wall clock, which is one for all instances, in ms since the epoch. */
  readonly readAtMs: number;
  readonly more: boolean;
  /** On the last page only, and of the first page's snapshot. */
  readonly cursor?: string;
  /** On every page but the last: where the next one starts. */
  readonly page?: string;
}

/** One line of an export: a stored row, lossless. */
export type ExportLine =
  | { readonly type: 'watchlist'; readonly entry: ORSetEntry; readonly removedAtMs: number | null }
  | {
      readonly type: 'progress';
      readonly contentId: string;
      readonly position: PlaybackPosition | null;
      readonly stamp: Stamp;
      readonly updatedAtMs: number;
    }
  | {
      readonly type: 'register';
      readonly register: string;
      readonly key: string;
      /** `null` once cleared. */
      readonly value: JsonValue | null;
      readonly stamp: Stamp;
      readonly updatedAtMs: number;
    }
  | { readonly type: 'play'; readonly play: PlayEntry; readonly removedAtMs: number | null }
  | {
      readonly type: 'device';
      readonly device: DeviceInfo;
      readonly revokedAtMs: number | null;
    }
  /** The user's collected floor, for a user who ever had something collected. [CUR4] */
  | { readonly type: 'floor'; readonly collected: Timestamp };

/** Some rows of a user, the newest first. */
export interface InspectedRows<Row> {
  readonly rows: readonly Row[];
  /** Whether there are more. */
  readonly isTruncated: boolean;
}

/** What is stored of a user, for an operator who looks at it. */
export interface UserInspection {
  /** Every tag, a removed one as well. */
  readonly watchlist: InspectedRows<{
    readonly entry: ORSetEntry;
    /** When the service stored its row first. */
    readonly createdAtMs: number;
    /** When the service stored its removal. */
    readonly removedAtMs: number | null;
  }>;
  /** Every register; its position is `null` once cleared. */
  readonly progress: InspectedRows<{
    readonly contentId: string;
    readonly position: PlaybackPosition | null;
    readonly stamp: Stamp;
    readonly updatedAtMs: number;
  }>;
  /** Every register of another kind, cleared ones as well. */
  readonly registers: InspectedRows<{
    readonly register: string;
    readonly key: string;
    readonly value: JsonValue | null;
    readonly stamp: Stamp;
    readonly updatedAtMs: number;
  }>;
  /** Every play, a removed one as well. */
  readonly plays: InspectedRows<{
    readonly play: PlayEntry;
    readonly createdAtMs: number;
    readonly removedAtMs: number | null;
  }>;
  readonly devices: InspectedRows<{
    readonly device: DeviceInfo;
    readonly revokedAtMs: number | null;
  }>;
}

/** What became of a device's registration. */
export type SaveDeviceOutcome = 'saved' | 'revoked';

/**
 * The stored watch state of every user.
 *
 * Methods that change state resolve after their own durable commit; {@link SyncPersistence} shares one
 * commit among many callers and is what services and embedders use. Every row is reached through its
 * user. [SQL7] User ids are UUIDs; anything else is refused with `invalid_user_id`.
 */
export interface SyncRepository {
  /** The whole OR-Set, tombstones included. One statement. [SQL5] */
  loadWatchlist(userId: string): Promise<ORSet>;
  /** Merges `set` into the stored one, in one transaction; deletes nothing. [SQL3] */
  saveWatchlist(userId: string, set: ORSet): Promise<void>;
  /** One tag, removed or not, by itself. [OPS3] */
  getWatchlistEntry(userId: string, tag: string): Promise<ORSetEntry | undefined>;
  addWatchlistItem(userId: string, op: WatchlistAddOp): Promise<OpResult>;
  /** A tag that is not stored yet gets its tombstone. [SQL2] */
  removeWatchlistItem(userId: string, op: WatchlistRemoveOp): Promise<OpResult>;

  /** By content id; a cleared register's value is `null`. */
  loadProgress(userId: string): Promise<Map<string, ProgressRegister>>;
  saveProgress(userId: string, op: ProgressSetOp): Promise<OpResult>;
  getProgress(userId: string, contentId: string): Promise<ProgressRegister | undefined>;
  /** A write like any other: its tombstone keeps older updates out. [LWW2] */
  deleteProgress(userId: string, op: ProgressClearOp): Promise<OpResult>;

  /** Revoked devices are left out. */
  loadDevices(userId: string): Promise<DeviceInfo[]>;
  /** `revoked` for the id of a deleted device: it is never taken again. */
  saveDevice(userId: string, device: DeviceInfo): Promise<SaveDeviceOutcome>;
  getDevice(userId: string, deviceId: string): Promise<DeviceInfo | undefined>;
  /** Keeps the row with `revoked_at`. @returns false when there was nothing to delete. */
  deleteDevice(userId: string, deviceId: string, atMs: number): Promise<boolean>;
  /** @returns false for a device that is not registered, or revoked. */
  updateDeviceHeartbeat(userId: string, deviceId: string, atMs: number): Promise<boolean>;
  isDeviceRevoked(userId: string, deviceId: string): Promise<boolean>;
  /**
   * Devices that are registered, or were and are still remembered as removed.
   *
   * @param max more are not looked at.
   */
  countDevices(userId: string, max: number): Promise<number>;

  /** The effective watchlist, ordered by content id. */
  listWatchlist(userId: string, options: ListOptions): Promise<ListPage<WatchlistListItem>>;
  /** Without cleared contents, the newest stamp first. */
  listProgress(
    userId: string,
    options: ListOptions & { readonly status: ProgressStatus },
  ): Promise<ListPage<ProgressListItem>>;
  /** One register with the time the service stored it; undefined when nothing or a clear is stored. */
  getProgressItem(userId: string, contentId: string): Promise<ProgressListItem | undefined>;
  /** What the user did something with, the latest first. It costs its own rows. [CW2] [OPS3] */
  listEngaged(userId: string, options: EngagedOptions): Promise<readonly Engaged[]>;
  /**
   * All of the groups of these contents: what they are, and what the user did with them. [CW1]
   *
   * @param known an earlier one of the user, which is read on.
   */
  readViewed(userId: string, contentIds: readonly string[], known?: Viewed): Promise<Viewed>;
  /** The same of these contents alone, and of no other in their groups. [OPS3] */
  readContents(userId: string, contentIds: readonly string[]): Promise<Viewed>;
  /** All that these works may be, by what the user's devices say and by the catalogue; at most {@link WORKS_PER_LOOK_MAX} works. [OPS3] */
  findWorks(userId: string, works: readonly Work[], byHand?: ByHand): Promise<FoundWorks>;
  /** Whether the catalogue has anything. */
  hasCatalogue(): Promise<boolean>;
  /** Films and series by words of their titles, of the user and of the catalogue. [OPS3] */
  searchTitles(userId: string, search: TitleSearch): Promise<readonly KnownContent[]>;
  readWriteContext(userId: string, contentId: string): Promise<WriteContext>;
  /** One register, a cleared one as well. It costs a row. [OPS3] */
  readRegister(userId: string, kind: string, key: string): Promise<StoredRegister | undefined>;
  /** Registers of one kind by key, without cleared ones: some by their keys, or all of them page by page. [OPS3] */
  readRegisters(
    userId: string,
    request: RegistersRequest & ListOptions,
  ): Promise<ListPage<StoredRegister>>;
  /** The history, the newest viewing first, with plays that tell of one viewing joined. [PLY1] [OPS3] */
  readPlays(userId: string, request: PlaysRequest): Promise<PlaysPage>;
  /** The viewing that a play tells of: removing it names its id and `alsoIds`. Undefined for no play, or a removed one. */
  readViewing(userId: string, playId: string, worksOf?: WorksOf): Promise<Viewing | undefined>;
  /** Registers of kinds that {@link UNCOUNTED_REGISTERS} does not name. @param max more are not looked at. [REG3] */
  countRegisters(userId: string, max: number): Promise<number>;
  readHeights(userId: string, ops: readonly Op[]): Promise<StoredHeights>;
  /**
   * Rows of the watchlist, of progress, of registers and of the history, tombstones included.
   *
   * @param max of each of them; more are not looked at.
   */
  countRows(userId: string, max: number): Promise<number>;

  /** @throws CuepointError `invalid_cursor` for text that no `readChanges` gave. */
  readChanges(userId: string, request: ChangesRequest): Promise<ChangesPage>;

  exportUser(userId: string): AsyncIterable<ExportLine>;
  /** @param rowsMax of each kind. */
  inspectUser(userId: string, { rowsMax }: { readonly rowsMax: number }): Promise<UserInspection>;
  /** Merges lines in; idempotent. @returns how many rows the merge changed. */
  importUser(userId: string, lines: readonly ExportLine[]): Promise<number>;
  /** Deletes every row of the user for good and leaves one that says so. */
  eraseUser(userId: string, atMs: number): Promise<{ readonly rows: number }>;
}
