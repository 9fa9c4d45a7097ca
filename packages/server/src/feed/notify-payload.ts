import { NOTIFICATION_BYTES_MAX } from '@cuepoint/store';
import type { EventText } from './event-text.ts';
import { LINE_FRAME_BYTES, type OutgoingBatch } from './outgoing-events.ts';

/*
 * A payload is lines: the id of the instance that sent it, then for each event the user, a space and the
 * event. Lines, since an instance holds few of all users: it reads the ids of the others and parses
 * nothing of theirs.
 */

/** Stands where a user id would: events of any user were dropped. */
const GAP_LINE = '*\n';

export interface PayloadReader {
  /** Whether events of this user are wanted; only those are read. */
  readonly isHeld: (userId: string) => boolean;
  readonly onEvent: (userId: string, text: EventText) => void;
  readonly onGap: () => void;
}

/** No larger event fits in a payload, in bytes of its text. */
export function payloadEventBytesMax(instanceId: string): number {
  return NOTIFICATION_BYTES_MAX - Buffer.byteLength(headOf(instanceId)) - LINE_FRAME_BYTES;
}

/** As few payloads as take the batch in its order. [LIV3] */
export function packPayloads(instanceId: string, { users, hasGap }: OutgoingBatch): string[] {
  const head = headOf(instanceId);
  const headBytes = Buffer.byteLength(head);
  const payloads: string[] = [];
  let payload = head;
  let bytes = headBytes;
  if (hasGap) {
    payload += GAP_LINE;
    bytes += GAP_LINE.length;
  }
  for (const { userId, texts } of users) {
    for (const text of texts) {
      const lineBytes = LINE_FRAME_BYTES + Buffer.byteLength(text);
      if (bytes + lineBytes > NOTIFICATION_BYTES_MAX) {
        payloads.push(payload);
        payload = head;
        bytes = headBytes;
      }
      payload += `${userId} ${text}\n`;
      bytes += lineBytes;
    }
  }
  if (bytes > headBytes) payloads.push(payload);
  return payloads;
}

/** Passes over what this instance sent itself. */
export function readPayload(
  payload: string,
  instanceId: string,
  { isHeld, onEvent, onGap }: PayloadReader,
): void {
  if (payload.startsWith(headOf(instanceId))) return;
  for (let start = lineEnd(payload, 0) + 1; start < payload.length;) {
    const end = lineEnd(payload, start);
    const space = payload.indexOf(' ', start);
    if (space === -1 || space > end) {
      if (payload.startsWith(GAP_LINE, start)) onGap();
    } else {
      const userId = payload.slice(start, space);
      if (isHeld(userId)) onEvent(userId, payload.slice(space + 1, end));
    }
    start = end + 1;
  }
}

function headOf(instanceId: string): string {
  return `${instanceId}\n`;
}

function lineEnd(payload: string, start: number): number {
  const end = payload.indexOf('\n', start);
  return end === -1 ? payload.length : end;
}
