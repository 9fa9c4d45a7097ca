import type { WireOp } from '@cuepoint/core';
import { Compile } from 'typebox/compile';
import { FeedEventSchema, type FeedEvent } from './feed-event.ts';

/**
 * Events as brokers carry them: JSON in which no line feed and no other control character is ever raw, so
 * that these can stand between events.
 */
export type EventText = string;

export const PULL: FeedEvent = { kind: 'pull' };
export const PULL_TEXT: EventText = JSON.stringify(PULL);

const CHANGES_HEAD = '{"kind":"changes","ops":[';
const CHANGES_TAIL = ']}';
/** Bytes of a `changes` event besides its ops. */
export const CHANGES_FRAME_BYTES = CHANGES_HEAD.length + CHANGES_TAIL.length;

/** The ops of a `changes` event, to be joined by commas with those of the next. */
export function opsText(ops: readonly WireOp[]): string {
  return JSON.stringify(ops).slice(1, -1);
}

export function changesText(ops: string): EventText {
  return CHANGES_HEAD + ops + CHANGES_TAIL;
}

const validator = Compile(FeedEventSchema);

/**
 * What cannot be read was something all the same, of another version perhaps: it is healed by a pull.
 *
 * Validated as messages are: nothing after this looks at shapes.
 */
export function textToEvent(text: EventText): FeedEvent {
  try {
    const event: unknown = JSON.parse(text);
    return validator.Check(event) ? event : PULL;
  } catch {
    return PULL;
  }
}
