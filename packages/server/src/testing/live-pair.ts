import { createMaintenance } from '@cuepoint/store';
import { LiveDevice, type LiveDeviceOptions } from '../../../../test/support/live-device.ts';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import type { FeedEvent } from '../feed/feed.ts';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import type { ServiceParts, StaleDevicesListener } from '../service/parts.ts';
import { createSwitchedFeed, type SwitchedFeed } from './switched-feed.ts';
import type { Answer, CallOptions } from './test-api.ts';
import { createTestLive, type TestLive } from './test-live.ts';
import { WatchedStore } from './watched-store.ts';

export interface PairedInstance {
  readonly live: TestLive;
  readonly feed: SwitchedFeed;
  readonly store: WatchedStore;
  /** The registry's maintenance, as it runs every minute on one of the instances. */
  markStaleDevices(): Promise<void>;
  /** A graceful stop, as by SIGTERM. */
  stop(): Promise<void>;
}

export interface PairUser {
  readonly userId: string;
  connect(
    at: PairedInstance,
    deviceId: string,
    options?: Partial<LiveDeviceOptions>,
  ): Promise<LiveDevice>;
  call(at: PairedInstance, method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** What the registry has of a device. */
  row(deviceId: string): Promise<DeviceRow | undefined>;
}

export interface DeviceRow {
  /** As long as it is the same the row was not written. */
  readonly version: string;
  readonly isOnline: boolean;
  readonly deviceName: string | null;
  readonly appVersion: string;
  readonly lastSeenMs: number;
}

/** Two instances of one service on one database, and devices that connect to either. */
export interface LivePair {
  readonly clock: ManualClock;
  readonly here: PairedInstance;
  readonly there: PairedInstance;
  /** One more, which the test stops itself. */
  openInstance(): Promise<PairedInstance>;
  createUser(): Promise<PairUser>;
  /** Resolves once what is under way is done, and what it told has arrived. */
  settle(): Promise<void>;
  /** Writes to the registry since the last look, such as `online tv`; a heartbeat that was folded is one too. */
  deviceWrites(): string[];
  /** Loses a device's connection without a word; it stays away. Resolves once its instance has noticed. */
  lose(device: LiveDevice): Promise<void>;
  /** Resolves once the instance has told the others of such an event, since the user was created. */
  untilPublished(at: PairedInstance, kind: FeedEvent['kind']): Promise<void>;
  /** Every device that is connected, and was not silenced, says that it is there. */
  heartbeats(): Promise<void>;
  silence(device: LiveDevice): void;
  /** Ends what one test has connected. */
  disconnectAll(): Promise<void>;
  /** @throws when an instance holds a socket, a user, or a timer other than its sweep. */
  requireNothingHeld(): Promise<void>;
  close(): Promise<void>;
}

const LOOKS_MAX = 100_000;

export async function openLivePair(databaseUrl: string): Promise<LivePair> {
  const clock = new ManualClock();
  const bus = createMemoryBus();
  const instances = new Set<PairedInstance>();
  const devices = new Set<LiveDevice>();
  const silent = new WeakSet<LiveDevice>();

  async function openInstance(sharing?: PairedInstance): Promise<PairedInstance> {
    const feed = createSwitchedFeed(createMemoryFeed({ bus }));
    const store = new WatchedStore();
    let onStale: StaleDevicesListener = () => undefined;
    const wrap = (parts: ServiceParts): Partial<ServiceParts> => ({
      repository: store.wrap(parts.repository),
      persistence: store.wrap(parts.persistence),
      onStaleDevices: (listener) => {
        onStale = listener;
      },
    });
    const live = await createTestLive({
      databaseUrl,
      clock,
      feed,
      wrap,
      // A test that needs healing mends the feed.
      env: { CUEPOINT_HEALING_INTERVAL_MS: String(60 * 60_000) },
      ...(sharing === undefined ? {} : { schema: sharing.live.api.database.schema }),
    });
    const maintenance = createMaintenance(live.api.database, {
      now: clock.now,
      observer: { markedOffline: (found) => onStale(found) },
    });
    const instance: PairedInstance = {
      live,
      feed,
      store,
      async markStaleDevices() {
        await maintenance.markStaleDevicesOffline();
      },
      async stop() {
        instances.delete(instance);
        await live.close();
      },
    };
    instances.add(instance);
    return instance;
  }

  async function idle(): Promise<void> {
    for (const { store } of instances) await store.idle();
  }

  function speaking(): LiveDevice[] {
    return [...devices].filter((device) => device.isLive && !silent.has(device));
  }

  async function settle(): Promise<void> {
    await idle();
    for (let rounds = 0; rounds < 2; rounds += 1) {
      // What an instance sent before an ack has arrived with it.
      await Promise.all(speaking().map((device) => device.push([])));
      await idle();
    }
  }

  async function openSockets(): Promise<number> {
    const held = await Promise.all([...instances].map(({ live }) => live.held()));
    return held.reduce((sum, { sockets }) => sum + sockets, 0);
  }

  async function untilSockets(count: number): Promise<void> {
    for (let looks = 0; (await openSockets()) > count; looks += 1) {
      if (looks > LOOKS_MAX) throw new Error(`more than ${count} sockets are open`);
      await nextTurn();
    }
  }

  async function disconnectAll(): Promise<void> {
    await Promise.all([...devices].map((device) => device.leave()));
    devices.clear();
    await untilSockets(0);
    await idle();
  }

  const here = await openInstance();
  const there = await openInstance(here);

  return {
    clock,
    here,
    there,
    openInstance: () => openInstance(here),
    settle,
    disconnectAll,
    deviceWrites: () => [here, there].flatMap(({ store }) => store.deviceWrites.splice(0)),

    async createUser() {
      const user = await here.live.api.createUser();
      for (const { feed } of instances) feed.published.length = 0;
      const { userId, token } = user;
      const { database } = here.live.api;
      return {
        userId,
        async connect(at, deviceId, options = {}) {
          const device = await LiveDevice.connect({
            url: at.live.url,
            token,
            deviceId,
            now: clock.now,
            heartbeatIntervalMs: null,
            reconnects: false,
            ...options,
          });
          devices.add(device);
          await device.until(() => device.presence.has(deviceId), 'told of the devices');
          return device;
        },
        call: (at, method, path, options) => at.live.api.call(method, path, { token, ...options }),
        async row(deviceId) {
          const { rows } = await database.execute<DeviceRow>(
            `select xmin::text as version, is_online as "isOnline", device_name as "deviceName",
               app_version as "appVersion",
               (extract(epoch from last_seen) * 1000)::float8 as "lastSeenMs"
             from ${database.schema}.user_devices
             where user_id = $1 and device_id = $2 and revoked_at is null`,
            [userId, deviceId],
          );
          return rows[0];
        },
      };
    },

    async lose(device) {
      const open = await openSockets();
      devices.delete(device);
      device.cut();
      await untilSockets(open - 1);
    },

    async heartbeats() {
      for (const device of speaking()) device.send({ type: 'heartbeat' });
      await settle();
    },

    async untilPublished(at, kind) {
      for (let looks = 0; !at.feed.published.some(({ event }) => event.kind === kind); looks += 1) {
        if (looks > LOOKS_MAX) throw new Error(`${kind} was not published`);
        await nextTurn();
      }
    },

    silence: (device) => void silent.add(device),

    async requireNothingHeld() {
      const held = await Promise.all([...instances].map(({ live }) => live.held()));
      const timers = clock.timers - instances.size;
      if (timers === 0 && held.every(({ sockets, users }) => sockets + users === 0)) return;
      throw new Error(`left over: ${JSON.stringify(held)}, ${timers} timers`);
    },

    async close() {
      await disconnectAll();
      await there.stop();
      await here.stop();
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** @returns what the device was told of devices since, a message an item, such as `phone online, tv offline`. */
export function listenTo(device: LiveDevice): () => string[] {
  const before = presenceTold(device).length;
  return () => presenceTold(device).slice(before);
}

/** A phone on the one instance and a tablet on the other. @returns what each was told of devices since. */
export async function watchBoth(
  pair: LivePair,
  user: PairUser,
): Promise<() => Promise<string[][]>> {
  const phone = await user.connect(pair.here, 'phone');
  const tablet = await user.connect(pair.there, 'tablet');
  await pair.settle();
  const told = [listenTo(phone), listenTo(tablet)];
  return async () => {
    await pair.settle();
    return told.map((each) => each());
  };
}

export function onBoth(...told: string[]): string[][] {
  return [told, told];
}

export function presenceTold(device: LiveDevice): string[] {
  return device.received.flatMap((message) =>
    message.type === 'presence'
      ? message.devices
          .map(({ deviceId, state }) => `${deviceId} ${state}`)
          .sort()
          .join(', ')
      : [],
  );
}
