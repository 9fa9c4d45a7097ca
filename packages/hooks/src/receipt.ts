import type { HookUser, IgnoredReason } from './hook-event.ts';
import type { QuietReason } from './viewing.ts';

export const RECEIPT_OUTCOMES = [
  'recorded',
  'ignored',
  'unmatched',
  'unreadable',
  'failed',
] as const;
export type ReceiptOutcome = (typeof RECEIPT_OUTCOMES)[number];

/** Why something was not recorded; of what was recorded, what it was. */
export type ReceiptReason =
  | IgnoredReason
  | QuietReason
  | 'no_user_set'
  | 'other_user'
  | 'other_source'
  | 'unknown_title'
  | 'ambiguous_title'
  | 'position'
  | 'finished'
  | 'marked'
  | 'unmarked'
  | 'not_written'
  | 'bad_body';

/** What became of one event, for the person whose hook it is. [HOK4] */
export interface Receipt {
  /** When it arrived, in ms since the epoch. */
  readonly atMs: number;
  /** What the sender calls it; '' where nobody could read it. */
  readonly event: string;
  readonly outcome: ReceiptOutcome;
  readonly reason: ReceiptReason;
  readonly user: HookUser;
  /** What was played, such as `Made-up Show 1x04`; '' where nothing was. */
  readonly title: string;
  /** What is wrong with a body, in words. */
  readonly detail?: string;
}
