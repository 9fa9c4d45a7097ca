import type { DeviceInfo } from '@cuepoint/core';
import type {
  Catalogue,
  ContentNumbers,
  HookStore,
  SetTimer,
  SyncRepository,
  WatchedLists,
} from '@cuepoint/store';
import type { Accounts } from '../accounts/accounts.ts';
import type { ConsoleFiles } from '../console/console-files.ts';
import type { Feed, FeedKind, FeedState } from '../feed/feed.ts';
import type { AuditTrail } from '../http/audit-trail.ts';
import type { LiveOptions } from '../live/live-server.ts';
import type { DevelopmentMode } from '../auth/authority.ts';
import type { TokenVerifier } from '../auth/token-verifier.ts';
import type { ServiceMetrics } from '../metrics/service-metrics.ts';
import type { TraktMount } from '../trakt/trakt-mount.ts';
import type { OpPersistence } from '../writes/write-deps.ts';
import type { AwaitDatabase } from './await-database.ts';
import type { OperatorConnections } from './operator-listener.ts';

/** The part of `SyncPersistence` that the routes use. */
export interface RoutePersistence extends OpPersistence {
  persistDevice(userId: string, device: DeviceInfo): Promise<void>;
  updateDeviceHeartbeat(userId: string, deviceId: string, atMs: number): Promise<boolean>;
  deleteDevice(userId: string, deviceId: string): Promise<boolean>;
}

export type StaleDevicesListener = (
  devices: readonly { readonly userId: string; readonly deviceId: string }[],
) => void;

export interface HealthReport {
  readonly database: 'postgres' | 'pglite';
  /** Whether an acknowledged change survives a power cut. */
  readonly durable: boolean;
  readonly durabilityWarnings: readonly string[];
  readonly backlogChanges: number;
  readonly backlogBytes: number;
  /** What instances tell each other by. `lost`: others hear of changes with a delay; no write is held up. [LIV2] */
  readonly feed: { readonly kind: FeedKind; readonly state: FeedState };
}

export interface HealthProbe {
  /** @throws CuepointError that says what is missing: the database, or its migrations. */
  requireReady(): Promise<void>;
  report(): HealthReport;
}

/** Everything that the API is made of. The plugin starts and stops none of it. */
export interface ServiceParts {
  readonly repository: SyncRepository;
  readonly catalogue: Catalogue;
  /** Where media servers tell of playbacks. [HOK1] */
  readonly hooks: HookStore;
  readonly persistence: RoutePersistence;
  /** Keeps a write waiting whose first read finds the database away. */
  readonly awaitDatabase: AwaitDatabase;
  /** Started and stopped by whoever made it. */
  readonly feed: Feed;
  readonly live: Omit<LiveOptions, 'devicesPerUser'>;
  /** Tells of devices that were found silent for too long. */
  readonly onStaleDevices: (listener: StaleDevicesListener) => void;
  readonly health: HealthProbe;
  readonly verifier: TokenVerifier;
  readonly metrics: ServiceMetrics;
  /** Always on: who touched whose data. [SEC1] */
  readonly audit: AuditTrail;
  /** Those that may ask what is for operators; without it every connection may. */
  readonly operators?: OperatorConnections;
  /** Served at `/`; without it there is no console. */
  readonly console?: ConsoleFiles;
  /** Set in development mode only: whoever is on this machine gets tokens. [SEC2] */
  readonly development: DevelopmentMode | undefined;
  /** The people of the household, where the service keeps them itself. [ACC1] */
  readonly accounts?: Accounts;
  /** Small numbers of contents, which Trakt's API knows them by. */
  readonly numbers: ContentNumbers;
  /** What was watched as whole lists and numbered pages. */
  readonly watchedLists: WatchedLists;
  /** Where Trakt's API is; without it, nowhere. [TRK1] */
  readonly trakt?: TraktMount;
  /** Where people open the service; without it, as each request says. */
  readonly publicUrl?: string | undefined;
  readonly corsOrigins: readonly string[];
  readonly maxDriftMs: number;
  readonly rateLimit: number;
  readonly devicesPerUser: number;
  /** Of the watchlist and of progress, tombstones included; 0 for no bound. */
  readonly rowsPerUser: number;
  /** How long a stop waits for what is in flight, in ms. */
  readonly stopTimeoutMs: number;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  readonly randomUuid: () => string;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Monotonic, in ms: for the durations of live sessions; the platform's by default. [OPS2] */
  readonly monotonic?: () => number;
  /** Of live sessions; the platform's by default. */
  readonly setTimer?: SetTimer;
}
