import { useMemo } from 'react';
import type { CommandResult } from '../devices/commands.ts';
import type { Device, Devices } from '../devices/devices.ts';
import type { WatchState } from '../watch-state.ts';
import { useWatchState } from './provider.ts';
import { devicesOf, useSnapshot } from './use-snapshot.ts';

export interface UseDevices {
  /** Empty until the first connection. */
  readonly devices: readonly Device[];
  readonly sendCommand: Devices['sendCommand'];
  readonly handOff: Devices['handOff'];
}

const NONE: readonly Device[] = [];
const NOT_OPEN: CommandResult = { outcome: 'unreachable', reason: 'offline' };
const read = (state: WatchState) => state.devices.list();

/** The person's screens. The functions are the same ones for as long as the state is. */
export function useDevices(): UseDevices {
  const state = useWatchState();
  const devices = useSnapshot(devicesOf, read, NONE);
  const actions = useMemo<Omit<UseDevices, 'devices'>>(
    () => ({
      sendCommand: async (to, command) => state?.devices.sendCommand(to, command) ?? NOT_OPEN,
      handOff: async (to, options) => state?.devices.handOff(to, options) ?? NOT_OPEN,
    }),
    [state],
  );
  return useMemo(() => ({ devices, ...actions }), [devices, actions]);
}
