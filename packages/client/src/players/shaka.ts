import { bindPlayer } from '../video/bind-player.ts';
import type { BindVideoOptions, VideoBinding } from '../video/bind-video.ts';
import type { MediaElementLike } from '../video/media-element.ts';
import type { WatchState } from '../watch-state.ts';

/** As much of a `shaka.Player` as the binding uses. */
export interface ShakaLike {
  getMediaElement(): MediaElementLike | null;
  getAssetUri(): string | null;
  isLive(): boolean;
  getAdManager?(): { getCurrentAd(): unknown } | null;
  addEventListener(type: 'loading', listener: () => void): void;
  removeEventListener(type: 'loading', listener: () => void): void;
}

/** `bindVideo` for shaka-player: advertisements are no content, live streams are left alone, a title is known by its address. [ENG4] */
export function bindShaka(
  state: Pick<WatchState, 'progress' | 'devices'>,
  player: ShakaLike,
  options: BindVideoOptions,
): VideoBinding {
  return bindPlayer(
    state,
    {
      element: () => player.getMediaElement(),
      onElement(listener) {
        player.addEventListener('loading', listener);
        return () => player.removeEventListener('loading', listener);
      },
      source: () => player.getAssetUri() ?? undefined,
      // For an interstitial in its own element the player lets go of it.
      isAd: () =>
        player.getMediaElement() === null || Boolean(player.getAdManager?.()?.getCurrentAd()),
      live: () => player.isLive(),
    },
    options,
  );
}
