import { createWatchState, memoryStorage, type WatchState } from '@cuepoint/client';
import { useEffect, useState } from 'react';
import { askAccount } from '../account/ask-account.ts';
import { browserDeviceId } from '../session/browser-device.ts';
import { ServiceProblem } from '../session/problem.ts';

/**
 * The watch state of a profile of who is signed in here; undefined while it opens.
 *
 * It is in memory alone: after the person signs out nothing of theirs is left in the browser.
 */
export function useProfileState(userId: string): WatchState | undefined {
  const [state, setState] = useState<WatchState>();
  useEffect(() => {
    let isMounted = true;
    const opening = openState(userId);
    opening.then(
      (opened) => isMounted && setState(opened),
      () => undefined,
    );
    return () => {
      isMounted = false;
      setState(undefined);
      void opening.then((opened) => opened.close()).catch(() => undefined);
    };
  }, [userId]);
  return state;
}

function openState(userId: string): Promise<WatchState> {
  const deviceId = browserDeviceId('page');
  return createWatchState({
    url: location.origin,
    storage: memoryStorage(),
    device: {
      deviceId,
      deviceType: 'Web',
      platform: 'Browser',
      appVersion: '1',
      deviceName: 'The page "Watching"',
    },
    async getToken() {
      try {
        const body = { userId, deviceId };
        return (await askAccount<{ token: string }>('/token', 'POST', body)).token;
      } catch (error) {
        // Signed out here, or the profile is gone: there is no other token to wait for.
        if (error instanceof ServiceProblem && [401, 404].includes(error.status)) return null;
        throw error;
      }
    },
  });
}
