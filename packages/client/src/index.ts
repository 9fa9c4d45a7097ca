export { ClientError, type ClientErrorCode } from './client-error.ts';
export type { GetToken } from './connection/connection.ts';
export type { ConnectionState } from './connection/connection-machine.ts';
export type { HaltCode } from './connection/verdict.ts';
export type { CreateSocket, WebSocketLike } from './connection/web-socket.ts';
export type { DeadLetter, DeadLetters } from './dead-letters.ts';
export type { CommandAnswer, CommandHandler, CommandResult } from './devices/commands.ts';
export type { Device, Devices, HandOffOptions } from './devices/devices.ts';
export type { ClientEnvironment, EnvironmentSignal } from './environment.ts';
export type { ClientDevice, WatchStateOptions } from './options.ts';
export type { EntryState, OutboxEntry } from './outbox/outbox-entry.ts';
export type { DevicePlace } from './places.ts';
export type { Progress } from './progress.ts';
export type { ProgressItem, WatchlistItem } from './replica/view.ts';
export type { Status, SyncStatus } from './status.ts';
export type { ClientStorage, StorageChange } from './storage/client-storage.ts';
export { indexedDbStorage } from './storage/indexed-db-storage.ts';
export { keyValueStorage, type KeyValueAdapter } from './storage/key-value-storage.ts';
export { memoryStorage } from './storage/memory-storage.ts';
export type { TabChannel, TabGroup } from './tabs/tab-group.ts';
export type { Wipe } from './tabs/tab-messages.ts';
export {
  createWatchState,
  type WaitingOnDevice,
  type WatchState,
  type WatchStateInspection,
} from './watch-state.ts';
export {
  bindVideo,
  type BindVideoOptions,
  type RemoteMove,
  type VideoBinding,
} from './video/bind-video.ts';
export type { LoadCommand, LoadHandler } from './video/media-commands.ts';
export type { MediaElementLike } from './video/media-element.ts';
export type { Watchlist } from './watchlist.ts';
export {
  isCuepointError,
  type Command,
  type CommandOutcome,
  type DeviceCapabilities,
  type DevicePresence,
  type DeviceType,
  type Op,
  type PlaybackPosition,
  type PlaybackState,
} from '@cuepoint/core';
