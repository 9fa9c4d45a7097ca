import { useCallback, useSyncExternalStore } from 'react';
import type { WatchState } from '../watch-state.ts';
import { useWatchState } from './provider.ts';

/** A part of the watch state that can be read and followed. */
interface Subscribable {
  subscribe(listener: () => void): () => void;
}

const nothingToEnd = (): void => undefined;

/**
 * Reads a part of the watch state and renders again when what was read is another value.
 *
 * @param partOf which part changes it; one function, or each render subscribes anew.
 * @param read gives the same value until something changes.
 * @param none while there is no state yet, and on a server: a constant.
 */
export function useSnapshot<Value>(
  partOf: (state: WatchState) => Subscribable,
  read: (state: WatchState) => Value,
  none: Value,
): Value {
  const state = useWatchState();
  const subscribe = useCallback(
    (listener: () => void) =>
      state === undefined ? nothingToEnd : partOf(state).subscribe(listener),
    [state, partOf],
  );
  return useSyncExternalStore(
    subscribe,
    () => (state === undefined ? none : read(state)),
    () => none,
  );
}

export const watchlistOf = (state: WatchState): Subscribable => state.watchlist;
export const progressOf = (state: WatchState): Subscribable => state.progress;
export const devicesOf = (state: WatchState): Subscribable => state.devices;
export const statusOf = (state: WatchState): Subscribable => state.status;
