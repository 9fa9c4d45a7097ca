import { bindPlayer } from '../video/bind-player.ts';
import { isHlsAd, isHlsLive, type HlsFacts } from '../video/hls-facts.ts';
import type { BindVideoOptions, VideoBinding } from '../video/bind-video.ts';
import type { MediaElementLike } from '../video/media-element.ts';
import type { WatchState } from '../watch-state.ts';

/** As much of an `Hls` of hls.js as the binding uses. */
export interface HlsLike extends HlsFacts {
  readonly media: MediaElementLike | null;
  readonly url: string | null;
  on(event: never, listener: () => void): void;
  off(event: never, listener: never): void;
}

/** `Hls.Events.MEDIA_ATTACHING`; in types a member of an enum of its own. */
const ATTACHING = 'hlsMediaAttaching' as never;

/** `bindVideo` for hls.js: interstitials are no content, live streams are left alone, a title is known by its address. [ENG4] */
export function bindHls(
  state: Pick<WatchState, 'progress' | 'devices'>,
  hls: HlsLike,
  options: BindVideoOptions,
): VideoBinding {
  return bindPlayer(
    state,
    {
      element: () => hls.media,
      onElement(listener) {
        hls.on(ATTACHING, listener);
        return () => hls.off(ATTACHING, listener as never);
      },
      source: () => hls.url ?? undefined,
      isAd: () => isHlsAd(hls),
      live: () => isHlsLive(hls),
    },
    options,
  );
}
