import { bindPlayer } from '../video/bind-player.ts';
import type { BindVideoOptions, VideoBinding } from '../video/bind-video.ts';
import type { MediaElementLike } from '../video/media-element.ts';
import type { WatchState } from '../watch-state.ts';

/** As much of a player of video.js as the binding uses. */
export interface VideojsLike {
  el(): { querySelector(selector: string): unknown } | null;
  currentSrc(): string;
  /** Of the plugin `videojs-contrib-ads` and those that are made of it. */
  readonly ads?: { isInAdMode(): boolean };
  on(type: 'loadstart', listener: () => void): void;
  off(type: 'loadstart', listener: () => void): void;
}

/** `bindVideo` for video.js: it replaces its element, and a title is known by its address. [ENG4] */
export function bindVideojs(
  state: Pick<WatchState, 'progress' | 'devices'>,
  player: VideojsLike,
  options: BindVideoOptions,
): VideoBinding {
  return bindPlayer(
    state,
    {
      element: () => player.el()?.querySelector('video, audio') as MediaElementLike | null,
      onElement(listener) {
        player.on('loadstart', listener);
        return () => player.off('loadstart', listener);
      },
      source: () => player.currentSrc(),
      isAd: () => player.ads?.isInAdMode() === true,
    },
    options,
  );
}
