import { createContext, createElement, useContext, type ReactNode } from 'react';
import type { WatchState } from '../watch-state.ts';

const WatchStateContext = createContext<WatchState | undefined>(undefined);

export interface WatchStateProviderProps {
  /** `undefined` until it is open: hooks give empty lists meanwhile. */
  readonly state: WatchState | undefined;
  readonly children?: ReactNode;
}

/** Gives the hooks below it the watch state of the signed-in user. */
export function WatchStateProvider({ state, children }: WatchStateProviderProps): ReactNode {
  return createElement(WatchStateContext.Provider, { value: state }, children);
}

/** The watch state itself; `undefined` until it is open, and while the page is rendered on a server. */
export function useWatchState(): WatchState | undefined {
  return useContext(WatchStateContext);
}
