import { createWatchState, type WatchState } from '@cuepoint/client';
import { useEffect, useState } from 'react';
import { delay } from '../session/delay.ts';
import { browserDeviceId } from '../session/browser-device.ts';
import { screenStorage } from './browser-storage.ts';
import { createScreenSession, type ScreenCode } from './screen-session.ts';

export type Screen =
  | { readonly phase: 'starting' }
  | { readonly phase: 'code'; readonly code: ScreenCode }
  | { readonly phase: 'signed in'; readonly state: WatchState };

/** This browser as a TV: it waits for a person, is one of their devices, and waits anew once it was signed out. */
export function useScreen(): Screen {
  const [screen, setScreen] = useState<Screen>({ phase: 'starting' });
  useEffect(() => {
    const stop = new AbortController();
    void run(setScreen, stop.signal);
    return () => stop.abort();
  }, []);
  return screen;
}

async function run(show: (screen: Screen) => void, signal: AbortSignal): Promise<void> {
  const deviceId = browserDeviceId('screen');
  const session = createScreenSession(
    { fetch: (path, init) => fetch(path, init), storage: screenStorage, delay },
    deviceId,
  );
  while (!signal.aborted) {
    await session.signIn((code) => show({ phase: 'code', code }), signal);
    if (signal.aborted) return;
    await watch(() => session.token(), deviceId, show, signal);
  }
}

/** Resolves once the screen was signed out, or the page is left. */
async function watch(
  token: () => Promise<string | undefined>,
  deviceId: string,
  show: (screen: Screen) => void,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const state = await createWatchState({
    url: location.origin,
    device: {
      deviceId,
      deviceType: 'TV',
      platform: 'Browser',
      appVersion: '1',
      deviceName: 'A screen',
    },
    async getToken() {
      const fresh = await token();
      if (fresh === undefined) over.abort();
      return fresh;
    },
  });
  const ends = AbortSignal.any([signal, over.signal]);
  if (!ends.aborted) {
    show({ phase: 'signed in', state });
    await new Promise((resolve) => {
      ends.addEventListener('abort', resolve, { once: true });
    });
  }
  if (!signal.aborted) show({ phase: 'starting' });
  await state.close();
}
