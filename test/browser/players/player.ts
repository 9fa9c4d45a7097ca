import type { BindVideoOptions, VideoBinding, WatchState } from '@cuepoint/client';
import type { Situation } from './situations.ts';

/** What the streams of the tests are called. */
export type Source =
  | 'film'
  | 'next'
  | 'ad'
  | 'audio'
  | 'live'
  | 'growing'
  | 'broken'
  | 'interstitial'
  | 'stitched';

/** One player, as an app writes it: every page has one. */
export interface Player {
  /** The element of now: some players replace it. */
  readonly video: HTMLVideoElement;
  /** Tells the player what to show; settles when the player says that it has it. */
  load(source: string): Promise<void>;
  /** By an adapter, where there is one; else by `bindVideo`. */
  bind?(state: WatchState, options: BindVideoOptions): VideoBinding;
  /** Shows nothing from now on. */
  unload(): unknown;
  destroy(): unknown;
  /** Goes on after an error in the middle. */
  recover?(source: string): unknown;
  /** Goes on in another element. */
  replace?(): HTMLVideoElement | Promise<HTMLVideoElement>;
}

export interface PlayerStart {
  readonly video: HTMLVideoElement;
  /** Where the player itself is told to begin. In seconds. */
  readonly startSeconds?: number;
}

/** A page's own part. */
export interface PlayerPageCode {
  /** The address of each stream that this player shows. */
  readonly sources: Partial<Record<Source, string>>;
  readonly can: readonly NonNullable<Situation['needs']>[];
  create(start: PlayerStart): Promise<Player> | Player;
}

export function happened(target: EventTarget, type: string): Promise<unknown> {
  return new Promise((resolve) => {
    target.addEventListener(type, resolve, { once: true });
  });
}

export function another(video: HTMLVideoElement): HTMLVideoElement {
  const next = document.createElement('video');
  next.muted = true;
  video.replaceWith(next);
  return next;
}
