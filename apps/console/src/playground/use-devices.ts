import { useEffect, useState, useSyncExternalStore } from 'react';
import { PLAYGROUND_DEVICES } from './devices.ts';
import { hasDevelopmentTokens, openDevice, type OpenDevice } from './open-device.ts';

/** The three devices; `undefined` until their storages are read. They end with the page. */
export function usePlaygroundDevices(): readonly OpenDevice[] | Error | undefined {
  const [devices, setDevices] = useState<readonly OpenDevice[] | Error>();
  useEffect(() => {
    let isMounted = true;
    const opening = openAll();
    opening.then(
      (opened) => {
        if (isMounted) setDevices(opened);
      },
      (error: unknown) => {
        if (isMounted) setDevices(error instanceof Error ? error : new Error(String(error)));
      },
    );
    return () => {
      isMounted = false;
      void opening
        .then((opened) => Promise.all(opened.map(({ state }) => state.close())))
        .catch(() => undefined);
    };
  }, []);
  return devices;
}

async function openAll(): Promise<OpenDevice[]> {
  if (!(await hasDevelopmentTokens())) {
    throw new Error(
      'this service is not in development mode, and gives tokens to no page. Start one with npm start.',
    );
  }
  return Promise.all(PLAYGROUND_DEVICES.map((device) => openDevice(device)));
}

export function useSettings(device: OpenDevice): OpenDevice['settings'] {
  return useSyncExternalStore(device.subscribe, () => device.settings);
}
