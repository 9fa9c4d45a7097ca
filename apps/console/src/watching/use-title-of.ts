import { registersOf } from '@cuepoint/client/registers';
import { useWatchState } from '@cuepoint/client/react';
import { useCallback, useSyncExternalStore } from 'react';
import { titleOfContent, type Described } from './title-of-content.ts';

/** What contents are called, by what the person's devices and media servers said of them. */
export function useTitleOf(): (contentId: string) => string {
  const state = useWatchState();
  const contents = state && registersOf(state, 'content');
  const subscribe = useCallback(
    (listener: () => void) => contents?.subscribe(listener) ?? (() => undefined),
    [contents],
  );
  useSyncExternalStore(subscribe, () => contents?.list());
  return (contentId) =>
    titleOfContent(contentId, (id) => contents?.get(id) as Described | undefined);
}
