import type { ErrorCode, OpKind, OpRejection } from '@cuepoint/core';
import type { EntryState } from './outbox-entry.ts';

/**
 * What can happen to an entry.
 *
 * `send`: it goes out · `settled`: its result was applied, duplicate or superseded · `failed`: its push failed
 * as a whole · `lost`: the connection ended · `restamp`: its stamp was refused, the op was not · `remint`: its
 * tag was refused too · `refused`: for good · `retry`, `discard`: what a person decides of a dead one · `fold`:
 * a later change of this device takes its place. [SDK4]
 */
export type EntryEvent =
  | 'send'
  | 'settled'
  | 'failed'
  | 'lost'
  | 'restamp'
  | 'remint'
  | 'refused'
  | 'retry'
  | 'discard'
  | 'fold';

/** `gone`: it leaves the outbox, acknowledged, discarded or folded. `ignored`: it cannot happen, or changes nothing. */
export type EntryStep = EntryState | 'gone' | 'ignored';

/** Every state by every event: the compiler holds it complete. [SDK2] */
export const ENTRY_STEPS: Readonly<Record<EntryState, Readonly<Record<EntryEvent, EntryStep>>>> = {
  unsent: {
    send: 'inFlight',
    // Another tab's connection may have sent it, and heard, before this one was told.
    settled: 'gone',
    failed: 'ignored',
    lost: 'ignored',
    restamp: 'unsent',
    remint: 'unsent',
    refused: 'dead',
    retry: 'ignored',
    discard: 'ignored',
    fold: 'gone',
  },
  inFlight: {
    send: 'ignored',
    settled: 'gone',
    failed: 'unanswered',
    lost: 'unanswered',
    restamp: 'unsent',
    remint: 'unsent',
    refused: 'dead',
    retry: 'ignored',
    discard: 'ignored',
    fold: 'ignored',
  },
  unanswered: {
    send: 'inFlight',
    settled: 'gone',
    failed: 'ignored',
    lost: 'ignored',
    restamp: 'unsent',
    remint: 'unsent',
    refused: 'dead',
    retry: 'ignored',
    discard: 'ignored',
    fold: 'ignored',
  },
  dead: {
    send: 'ignored',
    settled: 'gone',
    failed: 'ignored',
    lost: 'ignored',
    restamp: 'ignored',
    remint: 'ignored',
    refused: 'ignored',
    retry: 'unsent',
    discard: 'gone',
    fold: 'ignored',
  },
};

/**
 * What a rejection asks for. A stamp alone never makes a dead letter. [SDK2] [SDK3]
 *
 * @param sends how often the op has left this device: an add that left before may be stored under its tag.
 * @param isNew it was made on this connection: it comes after whatever was erased.
 */
export function eventOfRejection(
  code: ErrorCode,
  kind: OpKind,
  sends: number,
  isNew: boolean,
): 'settled' | 'restamp' | 'remint' | 'refused' {
  const rejection = code as OpRejection;
  if (rejection === 'clock_ahead' || rejection === 'stamp_reused') return 'restamp';
  const isPlay = kind === 'play.add';
  // The id of a play is of its viewing: whoever told of it, it is told.
  if (isPlay && rejection === 'tag_reused') return 'settled';
  if (kind !== 'watchlist.add') {
    // A play that never left is told later than it happened, and nobody had removed it.
    const isRetold = isNew || (isPlay && sends <= 1);
    return rejection === 'stale_op' && isRetold ? 'restamp' : 'refused';
  }
  if (sends <= 1) {
    return rejection === 'stale_op' || rejection === 'tag_reused' ? 'remint' : 'refused';
  }
  // Nobody else draws a random tag: it is stored, from before this device got a new id.
  return rejection === 'tag_reused' ? 'settled' : 'refused';
}
