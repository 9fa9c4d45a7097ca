import type { WatchState } from '../watch-state.ts';
import { registersOf, type Registers } from './registers.ts';

/** Settings of the person that go along to every screen, in whatever form the app has them. */
export type Preferences = Registers;

export function preferencesOf(state: WatchState): Preferences {
  return registersOf(state, 'preference');
}
