// @vitest-environment happy-dom
import type { DevicePresence, DeviceType } from '@cuepoint/core';
import { act, createElement, StrictMode, type ReactNode } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../storage/memory-storage.ts';
import { ScriptedService } from '../testing/scripted-service.ts';
import { watchedOf } from '../facades/watched.ts';
import { createWatchState, type WatchState } from '../watch-state.ts';
import {
  useDevices,
  useProgress,
  useResume,
  useSyncStatus,
  useWatchlist,
  WatchStateProvider,
} from './index.ts';
import { useContinueWatching } from './entries/continue-watching.ts';

const ONE_HOUR = { positionSeconds: 3_600, durationSeconds: 7_200, state: 'paused' } as const;

let service: ScriptedService;
let state: WatchState;
let root: Root;
beforeEach(async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  service = new ScriptedService([presence('tv', 'TV'), presence('phone', 'Phone')]);
  state = await open();
  root = createRoot(document.body);
});
afterEach(async () => {
  act(() => root.unmount());
  await state.close();
});

function open(): Promise<WatchState> {
  return createWatchState({
    url: 'http://service',
    getToken: () => 'token',
    device: { deviceId: 'tv', deviceType: 'TV', platform: 'test', appVersion: '1' },
    storage: memoryStorage(),
    createSocket: service.createSocket,
  });
}

function presence(deviceId: string, deviceType: DeviceType): DevicePresence {
  return {
    deviceId,
    deviceType,
    platform: 'test',
    appVersion: '1',
    deviceName: null,
    capabilities: {},
    lastSeen: '2026-01-01T00:00:00.000Z',
    state: 'online',
  };
}

/** Renders a hook below the provider, and keeps what each render gave. */
function renderHook<Value>(use: () => Value, { isOpen = true } = {}) {
  const renders: Value[] = [];
  function Probe(): ReactNode {
    renders.push(use());
    return null;
  }
  const show = (shown: WatchState | undefined) =>
    act(() =>
      root.render(createElement(WatchStateProvider, { state: shown }, createElement(Probe))),
    );
  show(isOpen ? state : undefined);
  return {
    renders,
    get last(): Value {
      return renders.at(-1) as Value;
    },
    show,
  };
}

/** Everything that a new connection tells has come. */
const online = () =>
  act(async () => {
    await new Promise<void>((resolve) => {
      const look = () => {
        if (state.status.get().isOnline && state.devices.list().length > 0) resolve();
      };
      state.status.subscribe(look);
      state.devices.subscribe(look);
      look();
    });
  });
const durable = () => act(() => state.whenDurable());

describe('useWatchlist', () => {
  it('[SDK1] shows a change in the next render, once, and keeps its functions', async () => {
    await online();
    const hook = renderHook(useWatchlist);
    const { add, remove, has } = hook.last;
    act(() => void add('film:m'));
    expect(hook.renders).toHaveLength(2);
    expect(hook.last.items).toMatchObject([{ contentId: 'film:m', isPending: true }]);
    expect(has('film:m')).toBe(true);
    await durable();
    expect(hook.renders).toHaveLength(3);
    expect(hook.last.items).toMatchObject([{ contentId: 'film:m', isPending: false }]);
    act(() => void remove('film:m'));
    expect(hook.last.items).toEqual([]);
    expect(hook.last).toMatchObject({ add, remove, has });
  });

  it('does not render for progress', () => {
    const hook = renderHook(useWatchlist);
    act(() => state.progress.set('film:m', ONE_HOUR));
    expect(hook.renders).toHaveLength(1);
  });

  it('keeps the items that did not change', () => {
    const hook = renderHook(useWatchlist);
    act(() => void state.watchlist.add('film:m'));
    const [item] = hook.last.items;
    act(() => void state.watchlist.add('film:n'));
    expect(hook.last.items).toHaveLength(2);
    expect(hook.last.items).toContain(item);
  });
});

describe('useProgress', () => {
  it('[SDK1] shows a change in the next render, once, and keeps its functions', () => {
    const hook = renderHook(() => useProgress('film:m'));
    const { set, clear } = hook.last;
    expect(hook.last.item).toBe(undefined);
    act(() => set(ONE_HOUR));
    expect(hook.renders).toHaveLength(2);
    expect(hook.last.item).toMatchObject(ONE_HOUR);
    act(() => void clear());
    expect(hook.last.item).toBe(undefined);
    expect(clear()).toBe(false);
    expect(hook.last).toMatchObject({ set, clear });
  });

  it('does not render for another content, or for the watchlist', () => {
    const hook = renderHook(() => useProgress('film:m'));
    act(() => state.progress.set('film:n', ONE_HOUR));
    act(() => void state.watchlist.add('film:m'));
    expect(hook.renders).toHaveLength(1);
  });

  it('follows its content', () => {
    state.progress.set('film:n', ONE_HOUR);
    let contentId = 'film:m';
    const hook = renderHook(() => useProgress(contentId));
    contentId = 'film:n';
    hook.show(state);
    expect(hook.last.item).toMatchObject({ contentId: 'film:n' });
  });
});

describe('useResume and useContinueWatching', () => {
  it('[LWW5] show what is in progress', () => {
    const hook = renderHook(() => [useResume('film:m'), useContinueWatching().cards.length]);
    act(() => state.progress.set('film:m', ONE_HOUR));
    expect(hook.last).toEqual([3_600, 1]);
    act(() => state.progress.set('film:m', { ...ONE_HOUR, positionSeconds: 7_200 }));
    expect(hook.last).toEqual([0, 0]);
  });

  it('do not render for a content that was watched to its end', () => {
    state.progress.set('film:m', ONE_HOUR);
    const hook = renderHook(() => [useResume('film:m'), useContinueWatching().cards]);
    act(() => watchedOf(state).mark('film:n'));
    act(() => void watchedOf(state).unmark('film:n'));
    expect(hook.renders).toHaveLength(1);
  });
});

describe('useContinueWatching with options', () => {
  it('keeps its list while what the options say is the same', () => {
    state.progress.set('film:m', ONE_HOUR);
    const facts = () => undefined;
    const hook = renderHook(() => useContinueWatching({ facts, policy: { filmBegunSeconds: 60 } }));
    const [first] = hook.renders;
    hook.show(state);
    expect(hook.renders.length).toBeGreaterThan(1);
    expect(hook.last).toBe(first);
  });
});

describe('useDevices', () => {
  it('[LIV6] shows who is there, and keeps its functions', async () => {
    await online();
    const hook = renderHook(useDevices);
    const { sendCommand, handOff } = hook.last;
    expect(hook.last.devices.map(({ deviceId, isThisDevice }) => [deviceId, isThisDevice])).toEqual(
      [
        ['tv', true],
        ['phone', false],
      ],
    );
    act(() =>
      service.tell({
        type: 'presence',
        devices: [{ ...presence('phone', 'Phone'), state: 'offline' }],
      }),
    );
    expect(hook.renders).toHaveLength(2);
    expect(hook.last.devices.at(-1)?.state).toBe('offline');
    act(() => void state.watchlist.add('film:m'));
    expect(hook.renders).toHaveLength(2);
    expect(hook.last).toMatchObject({ sendCommand, handOff });
  });

  it('[LIV7] sends commands and hands off', async () => {
    await online();
    const { sendCommand, handOff } = renderHook(useDevices).last;
    expect(await sendCommand('phone', { action: 'pause' })).toEqual({ outcome: 'applied' });
    expect(await handOff('phone', { contentId: 'film:m' })).toEqual({ outcome: 'applied' });
    expect(service.commands).toMatchObject([
      { action: 'pause' },
      { action: 'handoff', contentId: 'film:m' },
    ]);
  });
});

describe('useSyncStatus', () => {
  it('[SDK2] shows what waits, and that nothing does', async () => {
    await online();
    const hook = renderHook(useSyncStatus);
    expect(hook.last).toMatchObject({ isOnline: true, pending: 0 });
    act(() => void state.watchlist.add('film:m'));
    expect(hook.last.pending).toBe(1);
    await durable();
    expect(hook.last.pending).toBe(0);
  });
});

/** Every hook at once. */
function Everything(): ReactNode {
  const { items } = useWatchlist();
  const { item } = useProgress('film:m');
  const { devices } = useDevices();
  const { connection } = useSyncStatus();
  const resume = useResume('film:m');
  const shown = [items, item ?? null, devices, connection, resume, useContinueWatching().cards];
  return createElement('p', null, JSON.stringify(shown));
}

const page = (shown: WatchState | undefined) =>
  createElement(
    StrictMode,
    null,
    createElement(WatchStateProvider, { state: shown }, createElement(Everything)),
  );

describe('without a state', () => {
  const EMPTY = '[[],null,[],&quot;idle&quot;,0,[]]';

  it('a server renders what a browser shows first, whatever the state holds', () => {
    state.watchlist.add('film:m');
    expect(renderToString(page(undefined))).toBe(`<p>${EMPTY}</p>`);
    expect(renderToString(page(state))).toBe(`<p>${EMPTY}</p>`);
  });

  it('[SDK1] a page that a server rendered is taken over without a mismatch, and then shows the state', () => {
    state.watchlist.add('film:m');
    const place = document.createElement('div');
    place.innerHTML = renderToString(page(undefined));
    const errors: unknown[] = [];
    let hydrated: Root | undefined;
    act(() => {
      hydrated = hydrateRoot(place, page(state), {
        onRecoverableError: (error) => errors.push(error),
      });
    });
    expect(errors).toEqual([]);
    expect(place.textContent).toContain('film:m');
    act(() => hydrated?.unmount());
  });

  it('nothing is written and no command is sent', async () => {
    const { add, has, remove } = renderHook(useWatchlist, { isOpen: false }).last;
    expect([add('film:m'), has('film:m'), remove('film:m')]).toEqual([false, false, false]);
    const progress = renderHook(() => useProgress('film:m'), { isOpen: false }).last;
    progress.set(ONE_HOUR);
    expect(progress.clear()).toBe(false);
    const { sendCommand, handOff } = renderHook(useDevices, { isOpen: false }).last;
    const offline = { outcome: 'unreachable', reason: 'offline' };
    expect(await sendCommand('phone', { action: 'play' })).toEqual(offline);
    expect(await handOff('phone', { contentId: 'film:m' })).toEqual(offline);
    expect(state.inspect().outbox).toEqual([]);
  });

  it('hooks wait for it, follow another one, and let go of the first', async () => {
    const hook = renderHook(() => useWatchlist().items.length, { isOpen: false });
    expect(hook.last).toBe(0);
    state.watchlist.add('film:m');
    hook.show(state);
    expect(hook.last).toBe(1);
    const other = await open();
    hook.show(other);
    expect(hook.last).toBe(0);
    const { length } = hook.renders;
    act(() => void state.watchlist.add('film:n'));
    expect(hook.renders).toHaveLength(length);
    act(() => void other.watchlist.add('film:o'));
    expect(hook.last).toBe(1);
    await other.close();
  });

  it('a component renders twice in strict mode, and still hears of each change', () => {
    act(() => root.render(page(state)));
    act(() => void state.watchlist.add('film:m'));
    expect(document.body.textContent).toContain('film:m');
  });
});
