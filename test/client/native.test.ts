import type { GetToken, WatchState } from '@cuepoint/client';
import { randomUUID } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { FakeMedia } from '../../packages/client/src/testing/fake-media.ts';
import { nativeBundle } from '../support/native-bundle.ts';
import { takeAwayAfter } from '../support/older-engine.ts';
import {
  closeDevices,
  openDevice,
  openService,
  titlesOf,
  until,
  type RestartableService,
} from './support.ts';

type Exports = typeof import('../../examples/react-native.ts') &
  Pick<typeof import('@cuepoint/client'), 'bindVideo' | 'createWatchState'>;

let service: RestartableService;
let bundle: string;
beforeAll(async () => {
  bundle = await nativeBundle(`
    export { openWatchState } from './examples/react-native.ts';
    export { bindVideo, createWatchState } from '@cuepoint/client';
  `);
  service = await openService(inject('postgresUrl'));
});
afterEach(closeDevices);
afterAll(() => service?.close());

/** A phone: what it keeps, whether it has a network, and the app that runs on it. */
function createPhone() {
  const kept = new Map<string, string>();
  const sockets = new Set<WebSocket>();
  const appStates = new Set<(state: 'active' | 'background') => void>();
  let isOn = true;
  /** The system ends a former one: it connects no more. */
  let runs = 0;
  const asyncStorage = {
    getItem: async (key: string) => kept.get(key) ?? null,
    setItem: async (key: string, value: string) => void kept.set(key, value),
    removeItem: async (key: string) => void kept.delete(key),
    getAllKeys: async () => [...kept.keys()],
  };
  const modules: Readonly<Record<string, unknown>> = {
    '@react-native-async-storage/async-storage': asyncStorage,
    'expo-crypto': { randomUUID },
    'react-native': {
      AppState: {
        addEventListener(_: 'change', listener: (state: 'active' | 'background') => void) {
          appStates.add(listener);
          return { remove: () => appStates.delete(listener) };
        },
      },
    },
  };
  return {
    /** The app starts: a Hermes of its own, with what React Native puts into it and nothing younger than Chromium 63. */
    start(): Exports {
      runs += 1;
      const run = runs;
      const module = { exports: {} };
      const view: Record<string, unknown> = {
        setTimeout,
        clearTimeout,
        module,
        exports: module.exports,
        require: (name: string) => modules[name],
        WebSocket: function NativeSocket() {
          if (!isOn || run !== runs)
            throw new Error('There is no network, or no such app any more.');
          const socket = new WebSocket(service.live.url);
          sockets.add(socket);
          return socket;
        },
      };
      Object.assign(view, { window: view, self: view, global: view });
      createContext(view);
      runInContext(`${takeAwayAfter(63)}\n${bundle}`, view);
      return module.exports as Exports;
    },
    setNetwork(on: boolean): void {
      isOn = on;
      if (!on) for (const socket of sockets) socket.terminate();
    },
    tell(state: 'active' | 'background'): void {
      for (const listener of appStates) listener(state);
    },
    appStates,
  };
}

const listOf = (state: WatchState): string[] =>
  Array.from(state.watchlist.list(), ({ contentId }) => contentId).sort();

describe('an app in React Native', () => {
  it('[ENG1] keeps what is written offline until it is started again, and brings it', async () => {
    const user = await service.live.api.createUser();
    const getToken: GetToken = () => user.token;
    const phone = createPhone();
    const first = await phone.start().openWatchState('http://service.test', getToken);
    first.watchlist.add('film');
    await first.whenDurable();
    phone.tell('background');
    phone.setNetwork(false);
    first.watchlist.add('other');
    first.progress.set('film', { positionSeconds: 60, durationSeconds: 1_000, state: 'paused' });
    await first.whenStored();
    // The system ends it in the background: nobody closes it.
    const second = await phone.start().openWatchState('http://service.test', getToken);
    expect(listOf(second)).toEqual(['film', 'other']);
    expect(second.progress.resume('film')).toBe(60);
    expect(second.status.get()).toMatchObject({ pending: 2, hasStorageFailed: false });
    phone.setNetwork(true);
    phone.tell('active');
    await second.whenDurable();
    const tv = await openDevice(service, { user });
    await until(tv.state, () => tv.state.progress.resume('film') === 60);
    expect(titlesOf(tv).toSorted()).toEqual(['film', 'other']);
    tv.state.watchlist.remove('other');
    await until(second, () => listOf(second).length === 1);
    await Promise.all([first.close(), second.close()]);
    expect(phone.appStates.size).toBe(0);
  });

  it('[ENG1] binds a player, though its window hears nothing', async () => {
    const user = await service.live.api.createUser();
    const { bindVideo, openWatchState } = createPhone().start();
    const state = await openWatchState('http://service.test', () => user.token);
    const media = new FakeMedia();
    const binding = bindVideo(state, media, { contentId: 'film' });
    expect(() => binding.detach()).not.toThrow();
    await state.close();
  });

  it('[ENG1] is told which option to pass where there is no crypto', async () => {
    const { createWatchState } = createPhone().start();
    const opening = createWatchState({
      url: 'http://service.test',
      getToken: () => 'token',
      device: { deviceType: 'Phone', platform: 'React Native', appVersion: '1' },
    });
    await expect(opening).rejects.toMatchObject({
      message: 'This platform has no crypto: pass environment.uuid to createWatchState.',
    });
  });
});
