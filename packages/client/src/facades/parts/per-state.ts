import { doors, type Door } from '../../door.ts';
import type { WatchState } from '../../watch-state.ts';

/**
 * One of them for each state, made when it is asked for first: hooks and apps ask as often as they like.
 *
 * @returns throws TypeError for what `createWatchState` has not given.
 */
export function perState<Facade>(
  create: (door: Door, state: WatchState) => Facade,
): (state: WatchState) => Facade {
  const facades = new WeakMap<WatchState, Facade>();
  return (state) => {
    const made = facades.get(state);
    if (made !== undefined) return made;
    const door = doors.get(state);
    if (door === undefined) throw new TypeError('This is no state of createWatchState.');
    const facade = create(door, state);
    facades.set(state, facade);
    return facade;
  };
}
