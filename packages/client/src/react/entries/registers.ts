'use client';

import type { JsonValue } from '@cuepoint/core';
import { useCallback, useMemo } from 'react';
import { registersOf } from '../../facades/registers.ts';
import type { WatchState } from '../../watch-state.ts';
import { useWatchState } from '../provider.ts';
import { useSnapshot } from '../use-snapshot.ts';

export interface UseRegister {
  /** `undefined` where nothing is said, or it was cleared. */
  readonly value: JsonValue | undefined;
  /** Without an open state it does nothing. @throws as `Registers.set` */
  readonly set: (value: JsonValue) => void;
  /** @returns false where there is nothing to clear. */
  readonly clear: () => boolean;
}

/** A register of an app's own kind. The functions are the same ones for as long as state, kind and key are. */
export function useRegister(kind: string, key: string): UseRegister {
  const state = useWatchState();
  const partOf = useCallback((open: WatchState) => registersOf(open, kind), [kind]);
  const value = useSnapshot(partOf, (open) => partOf(open).get(key), undefined);
  const actions = useMemo(
    () => ({
      set: (given: JsonValue) => state && partOf(state).set(key, given),
      clear: () => (state === undefined ? false : partOf(state).clear(key)),
    }),
    [state, partOf, key],
  );
  return useMemo(() => ({ value, ...actions }), [value, actions]);
}

/** A setting of the person that goes along to every screen. */
export function usePreference(key: string): UseRegister {
  return useRegister('preference', key);
}
