import type { WaitingReport, Work } from '@cuepoint/core';
import type { HookSource, HookUser } from './hook-event.ts';
import type { Receipt } from './receipt.ts';
import type { Step, Viewing, ViewingReport } from './viewing.ts';

/** A name or an id; one that has an id counts by it alone, since names can be changed. */
export type AcceptedUser = HookUser;

export interface Hook {
  readonly id: string;
  readonly userId: string;
  readonly source: HookSource;
  /** Nothing counts until there is one. [HOK1] */
  readonly acceptedUsers: readonly AcceptedUser[];
}

/** Who writes for a hook, and of what. */
export interface HookWrite {
  readonly hook: Hook;
  /** Of the screen. */
  readonly deviceId: string;
  readonly contentId: string;
}

/** What hooks stand on; the service injects it. */
export interface HookPorts {
  /** By its secret, which is compared in constant time. */
  find(secret: string): Promise<Hook | undefined>;
  /** Remembers it for the person; never throws, and nothing waits for it. */
  note(hook: Hook, receipt: Receipt): void;
  /**
   * Steps the viewing of one file and stores what comes of it, one step after the other over all instances.
   *
   * @param step told the viewing, and the one of another file that was last on the same screen.
   */
  advance(
    hook: Hook,
    key: { readonly item: string; readonly device: string | undefined },
    step: (stored: Viewing | undefined, before: Viewing | undefined) => Step,
  ): Promise<Step>;
  /** Puts back what was before a step whose report could not be written. */
  restore(hook: Hook, item: string, viewing: Viewing | undefined): Promise<void>;
  readonly matcher: WorkMatcher;
  /** In whole seconds, by what is known of a content; 0: unknown. */
  lengthOf(this: void, userId: string, contentId: string): Promise<number>;
  /** Writes where it is, and that it is finished. */
  report(write: HookWrite, report: ViewingReport): Promise<void>;
  /** Marks by hand. A mark tells no date; taking it back leaves the history as it is. */
  mark(write: HookWrite, isWatched: boolean): Promise<void>;
  /** Tells what a content is of which nothing is known. */
  describe(write: HookWrite, facts: DescribedWork): Promise<void>;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  readonly randomUuid: () => string;
}

export interface DescribedWork {
  readonly work: Work;
  readonly seriesId: string | undefined;
  readonly durationSeconds: number;
}

export type WorkMatch =
  | {
      readonly kind: 'matched';
      readonly contentId: string;
      /** Of an episode: the content that is its series, or comes to be. */
      readonly seriesId?: string | undefined;
      /** Whether something is known here of the content. */
      readonly isKnown: boolean;
    }
  /** `unknown`: nothing here has its name · `ambiguous`: several contents have it. */
  | { readonly kind: 'unmatched'; readonly reason: 'unknown' | 'ambiguous' };

/** Which content a sender means, and what is kept of works that nobody can name. */
export interface WorkMatcher {
  match(userId: string, work: Work): Promise<WorkMatch>;
  keepUnmatched(
    userId: string,
    work: Work,
    report: { readonly source: string; readonly waiting?: WaitingReport },
  ): Promise<void>;
}
