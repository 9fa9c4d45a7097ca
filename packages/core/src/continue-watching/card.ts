import type { Timestamp } from '../timestamp.ts';

/** Why a content is on the list; `rewatch` for what was watched before, and is in progress or begun anew. [CW8] */
export type CardReason = 'in_progress' | 'next_episode' | 'new_episode' | 'rewatch';

/** Why nothing of a group is on the list. [CW8] */
export type HiddenReason = 'dismissed' | 'watched' | 'not_begun' | 'not_released' | 'live';

/** The rule that decided, and what it went by. [CW8] */
export type Why =
  | {
      readonly rule: 'CW3';
      readonly begunFromSeconds: number;
      /** Left out where no end is known. */
      readonly finishedFromSeconds?: number;
      /** Whether that is where its credits begin. */
      readonly isByCredits?: boolean;
    }
  | { readonly rule: 'CW4'; readonly dismissedAt: Timestamp }
  | {
      readonly rule: 'CW5';
      /** The episode that was engaged last; left out where the pass begins with this one. */
      readonly after?: string;
      readonly releasedAt?: string;
    }
  /** Begun anew at this moment. */
  | { readonly rule: 'CW6'; readonly since: Timestamp }
  | { readonly rule: 'CW7'; readonly watchedAt: Timestamp }
  | { readonly rule: 'CW10' };

interface Judged {
  /** A series, or a content that is in none. */
  readonly groupId: string;
  /** The claim of what a person last did with the group: the order of the list. [CW2] */
  readonly engagedAt: Timestamp;
  /** What the verdict is about. */
  readonly contentId: string;
  readonly why: Why;
  /** When the verdict changes by itself, in ms since the epoch: an episode is released. */
  readonly changesAtMs?: number;
}

/** One line of Continue Watching. [CW1] */
export interface Card extends Judged {
  readonly reason: CardReason;
  /** Watched before, or of a series that is watched again. [CW6] */
  readonly isRewatch: boolean;
  /** Where to go on; 0 for what was not begun. */
  readonly positionSeconds: number;
  /** 0 where it is unknown. */
  readonly durationSeconds: number;
}

export interface HiddenGroup extends Judged {
  readonly hiddenBy: HiddenReason;
}

/** A group is on exactly one card, or has exactly one reason not to be. [CW8] */
export type Verdict = Card | HiddenGroup;

export function isCard(verdict: Verdict): verdict is Card {
  return 'reason' in verdict;
}
