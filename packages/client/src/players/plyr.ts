import { bindPlayer } from '../video/bind-player.ts';
import type { BindVideoOptions, VideoBinding } from '../video/bind-video.ts';
import type { MediaElementLike } from '../video/media-element.ts';
import type { WatchState } from '../watch-state.ts';

/** As much of a `Plyr` as the binding uses. */
export interface PlyrLike {
  /** It makes another one for each source. */
  readonly media: MediaElementLike | null;
  on(event: 'ready', listener: () => void): void;
  off(event: 'ready', listener: () => void): void;
}

/** `bindVideo` for plyr, which makes another element for each source. [ENG4] */
export function bindPlyr(
  state: Pick<WatchState, 'progress' | 'devices'>,
  player: PlyrLike,
  options: BindVideoOptions,
): VideoBinding {
  return bindPlayer(
    state,
    {
      element: () => player.media,
      onElement(listener) {
        player.on('ready', listener);
        return () => player.off('ready', listener);
      },
    },
    options,
  );
}
