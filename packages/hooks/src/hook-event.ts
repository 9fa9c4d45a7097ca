import type { Work } from '@cuepoint/core';

export const HOOK_SOURCES = ['jellyfin', 'emby', 'plex', 'tautulli', 'kodi'] as const;
export type HookSource = (typeof HOOK_SOURCES)[number];

/** Whose playback it is, as the sender calls them. */
export interface HookUser {
  readonly id?: string;
  readonly name?: string;
}

/**
 * What was done: `start`, `pause`, `unpause` and `stop` are acts of a person, `progress` is a tick; `finish` is the word of the
 * sender that the end was reached while it plays on; `mark` and `unmark` were set by hand.
 */
export type HookAct =
  | 'start'
  | 'pause'
  | 'unpause'
  | 'progress'
  | 'stop'
  | 'finish'
  | 'mark'
  | 'unmark';

export interface HookEvent {
  /** What the sender calls it. */
  readonly name: string;
  readonly act: HookAct;
  readonly user: HookUser;
  readonly work: Work;
  /** Other episodes of the same file: they are seen when it is. */
  readonly alsoWorks: readonly Work[];
  /** Names the file on its server; the same in every event of it. */
  readonly item: string;
  /** Names the screen; undefined where the sender does not say. */
  readonly device: string | undefined;
  /** Whole seconds. 0 is told where nothing is known, so it is undefined. [HOK2] */
  readonly positionSeconds: number | undefined;
  /** Whole seconds; 0: unknown. */
  readonly durationSeconds: number;
  /** How much of it, where the sender knows no more: 0 to 100. */
  readonly percent?: number;
  readonly isPaused?: boolean;
  /** `doubtful`: the sender says so also of a stop of which it knows no position. */
  readonly finished: 'yes' | 'no' | 'doubtful';
  /** By the sender's clock, in ms since the epoch. */
  readonly atMs: number | undefined;
}

export type HookReading =
  | { readonly kind: 'event'; readonly event: HookEvent }
  /** The server's own guess of where it is by now, which nobody did. [HOK2] */
  | { readonly kind: 'automated' }
  /** Read, and of no interest. [HOK4] */
  | {
      readonly kind: 'ignored';
      readonly name: string;
      readonly reason: IgnoredReason;
      readonly user: HookUser;
    };

export type IgnoredReason = 'no_interest' | 'not_video' | 'shared_user' | 'test';

/** What of a body cannot be read. The message is shown to people. */
export class HookBodyError extends Error {
  readonly code = 'unreadable';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HookBodyError';
  }
}
