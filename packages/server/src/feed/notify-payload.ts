import { NOTIFICATION_BYTES_MAX } from '@cuepoint/store';
import type { EventText } from './event-text.ts';
import { SEAL_BYTES, type FeedSeal } from './feed-seal.ts';
import { LINE_FRAME_BYTES, type OutgoingBatch } from './outgoing-events.ts';

/*
 * A payload is the id of the instance that sent it, a line feed, and sealed lines in base64: for each event the
 * user, a space and the event. Lines, since an instance holds few of all users: it reads the ids of the others
 * and parses nothing of theirs.
 */

/** Who sends and reads payloads. */
export interface PayloadParty {
  readonly instanceId: string;
  readonly seal: FeedSeal;
}

const CONTEXT = 'notify';

/** Stands where a user id would: events of any user were dropped. */
const GAP_LINE = '*\n';

export interface PayloadReader {
  /** Whether events of this user are wanted; only those are read. */
  readonly isHeld: (userId: string) => boolean;
  readonly onEvent: (userId: string, text: EventText, sentAtMs: number) => void;
  readonly onGap: () => void;
}

/** No larger event fits in a payload, in bytes of its text. */
export function payloadEventBytesMax(instanceId: string): number {
  return linesBytesMax(instanceId) - LINE_FRAME_BYTES;
}

/** As few payloads as take the batch in its order. [LIV3] */
export function packPayloads(
  { instanceId, seal }: PayloadParty,
  { users, hasGap }: OutgoingBatch,
): string[] {
  const bytesMax = linesBytesMax(instanceId);
  const toPayload = (text: string) =>
    headOf(instanceId) + seal.seal(text, CONTEXT).toString('base64');
  const payloads: string[] = [];
  let lines = '';
  let bytes = 0;
  if (hasGap) {
    lines += GAP_LINE;
    bytes += GAP_LINE.length;
  }
  for (const { userId, texts } of users) {
    for (const text of texts) {
      const lineBytes = LINE_FRAME_BYTES + Buffer.byteLength(text);
      if (bytes + lineBytes > bytesMax) {
        payloads.push(toPayload(lines));
        lines = '';
        bytes = 0;
      }
      lines += `${userId} ${text}\n`;
      bytes += lineBytes;
    }
  }
  if (bytes > 0) payloads.push(toPayload(lines));
  return payloads;
}

/** Passes over what this instance sent itself. What nobody has sealed may have been anything: it is a gap. */
export function readPayload(
  payload: string,
  { instanceId, seal }: PayloadParty,
  { isHeld, onEvent, onGap }: PayloadReader,
): void {
  if (payload.startsWith(headOf(instanceId))) return;
  const body = Buffer.from(payload.slice(lineEnd(payload, 0) + 1), 'base64');
  const opened = seal.open(body, CONTEXT);
  if (opened === undefined) {
    onGap();
    return;
  }
  const { text: lines, sentAtMs } = opened;
  for (let start = 0; start < lines.length;) {
    const end = lineEnd(lines, start);
    const space = lines.indexOf(' ', start);
    if (space === -1 || space > end) {
      if (lines.startsWith(GAP_LINE, start)) onGap();
    } else {
      const userId = lines.slice(start, space);
      if (isHeld(userId)) onEvent(userId, lines.slice(space + 1, end), sentAtMs);
    }
    start = end + 1;
  }
}

/** Of what is sealed; base64 makes four bytes of three. */
function linesBytesMax(instanceId: string): number {
  const bytes = NOTIFICATION_BYTES_MAX - Buffer.byteLength(headOf(instanceId));
  return Math.floor(bytes / 4) * 3 - SEAL_BYTES;
}

function headOf(instanceId: string): string {
  return `${instanceId}\n`;
}

function lineEnd(payload: string, start: number): number {
  const end = payload.indexOf('\n', start);
  return end === -1 ? payload.length : end;
}
