import {
  createWatchState,
  type ClientEnvironment,
  type EnvironmentSignal,
  type WatchState,
  type WatchStateOptions,
} from '@cuepoint/client';
import { WebSocket } from 'ws';
import { FakeStorage } from '../../packages/client/src/testing/fake-storage.ts';
import type { TestUser } from '../../packages/server/src/testing/test-api.ts';
import { createTestLive, type TestLive } from '../../packages/server/src/testing/test-live.ts';

/** Every app of the tests knows the service by this name, whichever port it has now. */
const URL_OF_ALL = 'http://service.test';

export interface Attempt {
  readonly atMs: number;
  readonly socket: WebSocket;
  closed: { readonly atMs: number; readonly code: number; readonly reason: string } | undefined;
}

/** A service that stops and comes back on the same data, with a new address each time. */
export interface RestartableService {
  live: TestLive;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** @param now the wall clock of its machine. */
export async function openService(
  databaseUrl: string,
  now: () => number = Date.now,
  env: Readonly<Record<string, string>> = {},
): Promise<RestartableService> {
  // The first holds the schema to the end.
  const owner = await createTestLive({ databaseUrl, env });
  const { schema } = owner.api.database;
  const service: RestartableService = {
    live: await createTestLive({ databaseUrl, schema, now, env }),
    stop: () => service.live.close(),
    async start() {
      service.live = await createTestLive({ databaseUrl, schema, now, env });
    },
    async close() {
      await service.live.close();
      await owner.close();
    },
  };
  return service;
}

export interface DeviceOptions extends Partial<WatchStateOptions> {
  readonly user: TestUser;
  readonly deviceId?: string;
  readonly storage?: FakeStorage;
  /** What its wall clock is off, in ms. */
  readonly skewMs?: number;
}

/** A device of a person, as an app has it: the SDK over a real socket. */
export interface Device {
  readonly state: WatchState;
  readonly storage: FakeStorage;
  readonly attempts: readonly Attempt[];
  /** Pulls the plug, or puts it back. */
  setNetwork(isOn: boolean): void;
  /** The app is dead: its storage is what it had written, and its socket is lost. */
  kill(): Promise<FakeStorage>;
}

const devices = new Set<WatchState>();

export async function openDevice(
  service: Pick<RestartableService, 'live'>,
  { user, deviceId = 'tv', skewMs = 0, storage = new FakeStorage(), ...rest }: DeviceOptions,
): Promise<Device> {
  const attempts: Attempt[] = [];
  const listeners = new Set<(signal: EnvironmentSignal) => void>();
  let isOn = true;
  const environment: Partial<ClientEnvironment> = {
    now: () => Date.now() + skewMs,
    onSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const state = await createWatchState({
    url: URL_OF_ALL,
    getToken: () => user.token,
    device: { deviceId, deviceType: 'TV', platform: 'test', appVersion: '1' },
    createSocket() {
      if (!isOn) throw new Error('the plug is out');
      const socket = new WebSocket(service.live.url);
      const attempt: Attempt = { atMs: performance.now(), socket, closed: undefined };
      attempts.push(attempt);
      socket.on('close', (code, reason) => {
        attempt.closed = { atMs: performance.now(), code, reason: reason.toString() };
      });
      return socket;
    },
    ...rest,
    storage,
    environment: { ...environment, ...rest.environment },
  });
  devices.add(state);
  function setNetwork(on: boolean): void {
    isOn = on;
    if (on) for (const listener of listeners) listener('online');
    else for (const { socket } of attempts) socket.terminate();
  }
  return {
    state,
    storage,
    attempts,
    setNetwork,
    async kill() {
      const left = await storage.reborn();
      setNetwork(false);
      devices.delete(state);
      void state.close();
      return left;
    },
  };
}

/** Ends every device that a test has opened. */
export async function closeDevices(): Promise<void> {
  await Promise.all([...devices].map((state) => state.close()));
  devices.clear();
}

/** Resolves once it holds, as the app hears of it. */
export function until(state: WatchState, predicate: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!predicate()) return;
      for (const end of ends) end();
      resolve();
    };
    const ends = [
      state.watchlist.subscribe(look),
      state.progress.subscribe(look),
      state.devices.subscribe(look),
      state.status.subscribe(look),
      state.deadLetters.subscribe(look),
    ];
    look();
  });
}

export function untilOnline({ state }: Pick<Device, 'state'>): Promise<void> {
  return until(state, () => state.status.get().isOnline);
}

export function untilOffline({ state }: Pick<Device, 'state'>): Promise<void> {
  return until(state, () => !state.status.get().isOnline);
}

export function titlesOf({ state }: Pick<Device, 'state'>): string[] {
  return state.watchlist
    .list()
    .map(({ contentId }) => contentId)
    .sort();
}
