import { bindPlayer } from '../video/bind-player.ts';
import type { BindVideoOptions, VideoBinding } from '../video/bind-video.ts';
import type { MediaElementLike } from '../video/media-element.ts';
import type { WatchState } from '../watch-state.ts';

/** As much of a `MediaPlayer` of dash.js as the binding uses. Its getters throw where there is nothing to get yet. */
export interface DashLike {
  getVideoElement(): MediaElementLike | null;
  getSource(): string | object | null;
  isReady(): boolean;
  isDynamic(): boolean;
  on(event: 'streamInitializing', listener: () => void): void;
  off(event: 'streamInitializing', listener: () => void): void;
}

function ifAny<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    // dash.js says by an exception that there is nothing yet, or no longer.
    return undefined;
  }
}

/** `bindVideo` for dash.js: live streams are left alone, a title is known by its address. [ENG4] */
export function bindDash(
  state: Pick<WatchState, 'progress' | 'devices'>,
  player: DashLike,
  options: BindVideoOptions,
): VideoBinding {
  return bindPlayer(
    state,
    {
      element: () => ifAny(() => player.getVideoElement()),
      onElement(listener) {
        player.on('streamInitializing', listener);
        return () => player.off('streamInitializing', listener);
      },
      source() {
        const source = ifAny(() => player.getSource());
        return typeof source === 'string' ? source : undefined;
      },
      live: () => player.isReady() && player.isDynamic(),
    },
    options,
  );
}
