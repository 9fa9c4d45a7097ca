import type { ClientStorage } from '../storage/client-storage.ts';
import type { ClientDevice, WatchStateOptions } from '../options.ts';
import { registersOf } from '../facades/registers.ts';
import { createWatchState, type WatchState } from '../watch-state.ts';
import { FakeEnvironment, settled } from './fake-environment.ts';
import { FakeService, fakeToken } from './fake-service.ts';
import { FakeStorage } from './fake-storage.ts';

export const SERVICE_URL = 'https://media.test';

export interface App {
  readonly state: WatchState;
  readonly environment: FakeEnvironment;
  readonly storage: FakeStorage;
  readonly service: FakeService;
}

export interface AppOptions extends Partial<Omit<WatchStateOptions, 'storage' | 'environment'>> {
  readonly subject?: string;
  readonly environment?: FakeEnvironment;
  readonly storage?: FakeStorage;
  /** What the app itself uses of it. */
  readonly medium?: ClientStorage;
  readonly service?: FakeService;
}

export const DEVICE: ClientDevice = {
  deviceId: 'tv',
  deviceType: 'TV',
  platform: 'test',
  appVersion: '1',
};

/** An app on a device of a test; it has connected where the service lets it. */
export async function openApp(options: AppOptions = {}): Promise<App> {
  const { subject = 'ada', environment = new FakeEnvironment(), medium, ...rest } = options;
  const service = options.service ?? new FakeService(() => environment.trueMs);
  const storage = options.storage ?? new FakeStorage();
  const opening = createWatchState({
    url: SERVICE_URL,
    getToken: () => fakeToken(subject),
    device: DEVICE,
    createSocket: service.createSocket,
    ...rest,
    storage: medium ?? storage,
    environment,
  });
  // A test that expects it to fail hears of it below.
  opening.catch(() => undefined);
  await environment.advance(0);
  const state = await opening;
  await settled();
  return { state, environment, storage, service };
}

/** What the app says that it shows. */
export function shown({ watchlist, progress }: WatchState) {
  return {
    watchlist: watchlist
      .list()
      .map(({ contentId }) => contentId)
      .sort(),
    progress: Object.fromEntries(
      progress.list().map(({ contentId, positionSeconds }) => [contentId, positionSeconds]),
    ),
  };
}

/** What the app says of registers. */
export function said(state: WatchState): Record<string, unknown> {
  return Object.fromEntries(
    ['watched', 'rating', 'place'].flatMap((kind) =>
      registersOf(state, kind)
        .list()
        .map(({ key, value }) => [`${kind} ${key}`, value]),
    ),
  );
}
