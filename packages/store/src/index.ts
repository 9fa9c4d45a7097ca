export {
  createAccountStore,
  PROFILES_MAX,
  type Account,
  type AccountStore,
  type ListedAccount,
  type Profile,
} from './accounts/account-store.ts';
export {
  createBackupStore,
  type BackupStore,
  type Erasure,
  type KeptRow,
  type ListedUser,
} from './backup/backup-store.ts';
export type {
  Catalogue,
  CatalogueContent,
  CatalogueEntry,
  CatalogueOutcome,
  CatalogueRefusal,
} from './catalogue/catalogue.ts';
export { createPostgresCatalogue } from './catalogue/postgres-catalogue.ts';
export {
  createHookStore,
  HOOKS_MAX,
  type FoundHook,
  type HookPerson,
  type HookStore,
  type ListedHook,
} from './hooks/hook-store.ts';
export { createAttemptStore, FREE_ATTEMPTS, type AttemptStore } from './accounts/attempt-store.ts';
export {
  createDeviceCodeStore,
  DEVICE_CODE_LIFE_SECONDS,
  POLL_INTERVAL_SECONDS,
  type DeviceCodeStore,
  type Poll,
  type WaitingScreen,
} from './accounts/device-code-store.ts';
export {
  createSignInStore,
  type Browser,
  type ListedSignIn,
  type SignInStore,
} from './accounts/sign-in-store.ts';
export { createContentNumbers, type ContentNumbers } from './content-numbers/content-numbers.ts';
export type { Database, DatabaseOptions, PoolStats, Queryable } from './database.ts';
export {
  DEFAULT_DATA_DIR,
  DEFAULT_POOL_SIZE,
  DEFAULT_SCHEMA,
  DEFAULT_STATEMENT_TIMEOUT_MS,
  DEFAULT_WRITERS,
} from './database.ts';
export { distribute, planDistribution } from './distribution/distribute.ts';
export { readDurability, type DurabilityReport } from './durability.ts';
export { fullJitterDelayMs } from './group-commit/back-off.ts';
export { DEFAULT_GROUP_COMMIT_OPTIONS, type GroupCommitOptions } from './group-commit/options.ts';
export { setPlatformTimer, type CancelTimer, type SetTimer } from './group-commit/timers.ts';
export { prepareIdentity, renewIncarnation } from './identity.ts';
export {
  createMaintenance,
  type GarbageCollectionReport,
  type Maintenance,
  type MaintenanceObserver,
  type MaintenanceOptions,
  type MaintenanceTask,
} from './maintenance.ts';
export {
  migrate,
  migrationStatus,
  requireUsableSchema,
  type MigrateOptions,
  type MigrationStatus,
} from './migrate.ts';
export { readFeedSecret } from './feed-secret.ts';
export {
  NOTIFICATION_BYTES_MAX,
  openNotificationChannel,
  type NotificationChannel,
  type NotificationChannelOptions,
  type NotificationHandlers,
} from './notification-channel.ts';
export { openDatabase } from './open-database.ts';
export { openWatchState, type OpenWatchStateOptions, type WatchState } from './open-watch-state.ts';
export { PostgresSyncRepository } from './postgres-sync-repository.ts';
export type { DeviceKey } from './stale-devices.ts';
export { parsePostgresHosts } from './postgres-hosts.ts';
export { isForeignSession, isUnavailable, isUnstorableText, sqlStateOf } from './sql-state.ts';
export {
  SyncPersistence,
  type PersistenceObserver,
  type PersistOpOptions,
  type SyncPersistenceOptions,
} from './sync-persistence.ts';
export type { StoredRegister } from './read-registers.ts';
export type { PlaysPage, PlaysRequest } from './read-plays.ts';
export * from './sync-repository.ts';
export { WORKS_PER_LOOK_MAX, type FoundWorks } from './matching/find-works.ts';
export { TITLES_PER_SEARCH_MAX, type TitleSearch } from './matching/search-titles.ts';
export type { Engaged, EngagedOptions } from './watching/list-engaged.ts';
export type { Viewed } from './watching/viewed.ts';
export { readHeapOnlyRatio, type TableUpdates } from './table-statistics.ts';
export {
  createWatchedLists,
  type PlaysFilter,
  type SeriesEpisode,
  type UserChanges,
  type WatchedLists,
} from './watched/watched-lists.ts';
export type { PlacedName, WatchedMark, WatchedName, WatchedPlay } from './watched/watched-lines.ts';
