import { bindVideo, type BindVideoOptions, type VideoBinding } from './bind-video.ts';
import type { MediaElementLike } from './media-element.ts';

/** What a player has to tell of itself; an adapter reads it from the player's own fields and events. */
export interface PlayerLike extends Partial<
  Pick<BindVideoOptions, 'isAd' | 'live' | 'source' | 'toContentTime' | 'toMediaTime'>
> {
  /** The element that it plays in now, if it has one. */
  readonly element: () => MediaElementLike | null | undefined;
  /** Calls when the element may be another one. @returns what ends it. */
  readonly onElement: (listener: () => void) => () => void;
}

/** Of a player that has no element yet. */
const NO_ELEMENT: MediaElementLike = {
  currentTime: 0,
  duration: Number.NaN,
  paused: true,
  ended: false,
  readyState: 0,
  volume: 1,
  muted: false,
  play: () => Promise.reject(new Error('The player has no element yet.')),
  pause: () => undefined,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
};

/** `bindVideo` for a player that knows more than its element, or changes it. What `options` say goes before what it tells. */
export function bindPlayer(
  state: Parameters<typeof bindVideo>[0],
  { element, onElement, ...told }: PlayerLike,
  options: BindVideoOptions,
): VideoBinding {
  let current = element() ?? NO_ELEMENT;
  const binding = bindVideo(state, current, { ...told, ...options });
  const end = onElement(() => {
    const next = element() ?? NO_ELEMENT;
    if (next === current) return;
    current = next;
    binding.moveTo(next);
  });
  return {
    ...binding,
    detach() {
      end();
      binding.detach();
    },
  };
}
