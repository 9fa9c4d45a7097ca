import { bindPlayer } from '../video/bind-player.ts';
import { isHlsAd, isHlsLive, type HlsFacts } from '../video/hls-facts.ts';
import type { BindVideoOptions, VideoBinding } from '../video/bind-video.ts';
import type { MediaElementLike } from '../video/media-element.ts';
import type { WatchState } from '../watch-state.ts';

/** As much of a `<media-player>` of vidstack as the binding uses. */
export interface VidstackLike {
  /** Comes after the source was set. */
  readonly provider: object | null;
  readonly state: { readonly streamType: string; readonly source: { readonly src: unknown } };
  addEventListener(type: 'provider-setup', listener: () => void): void;
  removeEventListener(type: 'provider-setup', listener: () => void): void;
}

interface ProviderLike {
  readonly media?: MediaElementLike;
  readonly instance?: HlsFacts | null;
}

/** `bindVideo` for vidstack, which has its element and applies `src` only later. [ENG4] */
export function bindVidstack(
  state: Pick<WatchState, 'progress' | 'devices'>,
  player: VidstackLike,
  options: BindVideoOptions,
): VideoBinding {
  const provider = (): ProviderLike | null => player.provider;
  return bindPlayer(
    state,
    {
      element: () => provider()?.media,
      onElement(listener) {
        player.addEventListener('provider-setup', listener);
        return () => player.removeEventListener('provider-setup', listener);
      },
      source() {
        const { src } = player.state.source;
        return typeof src === 'string' ? src : undefined;
      },
      isAd: () => isHlsAd(provider()?.instance ?? {}),
      // vidstack calls a playlist live that only grows, where hls.js knows better.
      live() {
        const instance = provider()?.instance;
        if (instance?.latestLevelDetails) return isHlsLive(instance);
        return player.state.streamType === 'live';
      },
    },
    options,
  );
}
