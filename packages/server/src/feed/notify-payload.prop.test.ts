import { CONTENT_ID_PATTERN } from '@cuepoint/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anOp, someChanges } from '../testing/feed/feed-contract.ts';
import { textToEvent } from './event-text.ts';
import type { FeedEvent } from './feed.ts';
import { createFeedSeal } from './feed-seal.ts';
import {
  packPayloads,
  payloadEventBytesMax,
  readPayload,
  type PayloadParty,
} from './notify-payload.ts';
import {
  LINE_FRAME_BYTES,
  OUTGOING_LIMITS,
  OutgoingEvents,
  type OutgoingBatch,
} from './outgoing-events.ts';

const INSTANCE = '7b0f5b0e-54a3-4c8e-9d3c-0d1f2a3b4c5d';
const seal = createFeedSeal('of this schema', { now: () => 1_000 });
const HERE = { instanceId: INSTANCE, seal };
const ANOTHER = { instanceId: 'another', seal };

/** Every code unit there is, lone surrogates and control characters too. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({
    unit: fc.integer({ min: 0, max: 0xff_ff }).map((code) => String.fromCharCode(code)),
  }),
  fc.integer({ min: 0, max: 2_700 }).map((count) => '夜'.repeat(count)),
  fc.constantFrom('\n*\n', '\u001e', `\n${INSTANCE}\n`),
);
const CONTENT_ID = new RegExp(CONTENT_ID_PATTERN, 'u');
const contentId = text.map((id) => id.slice(0, 250)).filter((id) => CONTENT_ID.test(id));
const event: fc.Arbitrary<FeedEvent> = fc.oneof(
  fc
    .array(contentId, { maxLength: 60 })
    .map((ids) => ({ kind: 'changes' as const, ops: ids.map((id, index) => anOp(index, id)) })),
  text
    .filter(({ length }) => length > 0 && length <= 255)
    .map((commandId) => ({ kind: 'commandTaken' as const, commandId })),
  fc.constant<FeedEvent>({ kind: 'pull' }),
);
const published = fc.array(
  fc.record({
    user: fc.constantFrom(...Array.from({ length: 4 }, () => crypto.randomUUID())),
    event,
  }),
  { maxLength: 60 },
);

function pack(events: readonly { readonly user: string; readonly event: FeedEvent }[]): string[] {
  const outgoing = new OutgoingEvents(OUTGOING_LIMITS, () => undefined);
  outgoing.connected(payloadEventBytesMax(INSTANCE));
  for (const { user, event: each } of events) outgoing.add(user, each);
  return packPayloads(HERE, outgoing.take());
}

function read(payloads: readonly string[], reader: PayloadParty, held?: string) {
  const heard: { user: string; event: FeedEvent }[] = [];
  let gaps = 0;
  for (const payload of payloads) {
    readPayload(payload, reader, {
      isHeld: (user) => held === undefined || user === held,
      onEvent: (user, line) => heard.push({ user, event: textToEvent(line) }),
      onGap: () => {
        gaps += 1;
      },
    });
  }
  return { heard, gaps };
}

/** As they arrive: changes by their ops, what is too large as a pull, or not at all. */
function perUser(events: readonly { readonly user: string; readonly event: FeedEvent }[]) {
  const linesByUser: Record<string, string[]> = {};
  const add = (user: string, ...lines: string[]) => (linesByUser[user] ??= []).push(...lines);
  for (const { user, event: each } of events) {
    const isTooLarge = Buffer.byteLength(JSON.stringify(each)) > payloadEventBytesMax(INSTANCE);
    if (isTooLarge && each.kind !== 'commandTaken') add(user, '{"kind":"pull"}');
    if (isTooLarge) continue;
    if (each.kind === 'changes') add(user, ...each.ops.map((op) => JSON.stringify(op)));
    else add(user, JSON.stringify(each));
  }
  return linesByUser;
}

describe('payloads of notifications', () => {
  it('[LIV3] are always shorter than 8,000 bytes, and carry every event in its order', () => {
    fc.assert(
      fc.property(published, (events) => {
        const nonEmpty = events.filter(
          ({ event: each }) => each.kind !== 'changes' || each.ops.length > 0,
        );
        const payloads = pack(nonEmpty);
        for (const payload of payloads) {
          expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
          // What PostgreSQL takes in no text, and what stands between payloads.
          for (const taken of ['\0', '\u001e']) expect(payload.includes(taken)).toBe(false);
        }
        const { heard, gaps } = read(payloads, ANOTHER);
        expect(perUser(heard)).toEqual(perUser(nonEmpty));
        expect(gaps).toBe(0);
        expect(read(payloads, HERE)).toEqual({ heard: [], gaps: 0 });
      }),
    );
  });

  it('[LIV3] are filled: two neighbours never fit in one', () => {
    fc.assert(
      fc.property(published, (events) => {
        const lines = pack(events).map((payload) => {
          const [head, body = ''] = payload.split('\n');
          expect(head).toBe(INSTANCE);
          return seal.open(Buffer.from(body, 'base64'), 'notify')?.text ?? '';
        });
        const bytesMax = payloadEventBytesMax(INSTANCE) + LINE_FRAME_BYTES;
        for (const [index, each] of lines.slice(1).entries()) {
          const [first = ''] = each.split('\n');
          const added = Buffer.byteLength(first) + 1;
          expect(Buffer.byteLength(lines[index] ?? '') + added).toBeGreaterThan(bytesMax);
        }
      }),
    );
  });

  it('read nothing of users who are not held', () => {
    const [held, other] = [crypto.randomUUID(), crypto.randomUUID()];
    const payloads = pack([
      { user: other, event: { kind: 'pull' } },
      { user: held, event: { kind: 'commandTaken', commandId: 'c' } },
      { user: other, event: { kind: 'pull' } },
    ]);
    expect(read(payloads, ANOTHER, held).heard).toEqual([
      { user: held, event: { kind: 'commandTaken', commandId: 'c' } },
    ]);
  });

  it('tell of a gap', () => {
    const payloads = packPayloads(HERE, { users: [], hasGap: true, events: 0 });
    expect(read(payloads, ANOTHER)).toEqual({ heard: [], gaps: 1 });
    expect(read(payloads, HERE)).toEqual({ heard: [], gaps: 0 });
    expect(packPayloads(HERE, { users: [], hasGap: false, events: 0 })).toEqual([]);
  });

  it('[SEC5] of a stranger are a gap: nothing of them is believed, and nothing throws', () => {
    const user = crypto.randomUUID();
    const [ours = ''] = pack([{ user, event: someChanges(1) }]);
    expect(ours).not.toContain('metropolis');
    const forged = createFeedSeal('of another schema', { now: () => 1_000 });
    const strange = [
      `x\n${user} {"kind":"presence","devices":[null]}`,
      ...packPayloads({ instanceId: 'x', seal: forged }, batchOf(user)),
      ours.slice(0, -8),
      'x',
      '',
    ];
    for (const payload of strange) {
      expect(read([payload], ANOTHER)).toEqual({ heard: [], gaps: 1 });
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (payload) => {
        expect(read([payload], HERE).heard).toEqual([]);
      }),
    );
  });

  it('[SEC5] of an instance of another version are pulls where their events are not known here', () => {
    const user = crypto.randomUUID();
    const lines = [
      '{',
      'null',
      '7',
      '{"kind":"changes"}',
      '{"kind":"changes","ops":[null]}',
      '{"kind":"presence","devices":[null]}',
      '{"kind":"presence"}',
      '{"kind":"session","deviceId":"tv","sessionId":"s"}',
      '{"kind":"revoked"}',
      '{}',
    ];
    const texts = lines.map((line) => `${user} ${line}`).join('\n');
    const body = seal.seal(`${texts}\n`, 'notify').toString('base64');
    const { heard } = read([`x\n${body}`], HERE);
    expect(heard.map(({ event: each }) => each)).toEqual(lines.map(() => ({ kind: 'pull' })));
  });
});

function batchOf(userId: string): OutgoingBatch {
  const outgoing = new OutgoingEvents(OUTGOING_LIMITS, () => undefined);
  outgoing.connected(payloadEventBytesMax(INSTANCE));
  outgoing.add(userId, someChanges(1));
  return outgoing.take();
}
