import type { WireOp } from '@cuepoint/core';
import type { FeedEvent } from './feed.ts';

/**
 * Events as brokers carry them: JSON in which no line feed and no other control character is ever raw, so
 * that these can stand between events.
 */
export type EventText = string;

const PULL: FeedEvent = { kind: 'pull' };
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

/** What cannot be read was something all the same: it is healed by a pull. */
export function textToEvent(text: EventText): FeedEvent {
  try {
    const event: unknown = JSON.parse(text);
    return isEvent(event) ? event : PULL;
  } catch {
    return PULL;
  }
}

/** What else is in it is taken on trust: only instances of this service publish. */
function isEvent(value: unknown): value is FeedEvent {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return value.kind !== 'changes' || ('ops' in value && Array.isArray(value.ops));
}
