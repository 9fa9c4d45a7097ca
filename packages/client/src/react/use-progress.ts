import type { PlaybackPosition } from '@cuepoint/core';
import { useMemo } from 'react';
import type { ProgressItem } from '../replica/view.ts';
import { useWatchState } from './provider.ts';
import { progressOf, useSnapshot } from './use-snapshot.ts';

export interface UseProgress {
  /** `undefined` where the content was not begun, or was cleared. */
  readonly item: ProgressItem | undefined;
  /** What a person did. Without an open state it does nothing. @throws as `Progress.set` */
  readonly set: (position: PlaybackPosition) => void;
  /** @returns false when there is nothing to clear. */
  readonly clear: () => boolean;
}

/** Where the person is in a content. The functions are the same ones for as long as state and content are. */
export function useProgress(contentId: string): UseProgress {
  const state = useWatchState();
  const item = useSnapshot(progressOf, ({ progress }) => progress.get(contentId), undefined);
  const actions = useMemo(
    () => ({
      set: (position: PlaybackPosition) => state?.progress.set(contentId, position),
      clear: () => state?.progress.clear(contentId) ?? false,
    }),
    [state, contentId],
  );
  return useMemo(() => ({ item, ...actions }), [item, actions]);
}

/** Where to go on, in seconds: the position of a content in progress, else 0. [LWW5] */
export function useResume(contentId: string): number {
  return useSnapshot(progressOf, ({ progress }) => progress.resume(contentId), 0);
}
