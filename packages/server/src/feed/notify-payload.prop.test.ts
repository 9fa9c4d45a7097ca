import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anOp } from '../testing/feed/feed-contract.ts';
import { textToEvent } from './event-text.ts';
import type { FeedEvent } from './feed.ts';
import { packPayloads, payloadEventBytesMax, readPayload } from './notify-payload.ts';
import { OUTGOING_LIMITS, OutgoingEvents } from './outgoing-events.ts';

const INSTANCE = '7b0f5b0e-54a3-4c8e-9d3c-0d1f2a3b4c5d';

/** Every code unit there is, lone surrogates and control characters too. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({
    unit: fc.integer({ min: 0, max: 0xff_ff }).map((code) => String.fromCharCode(code)),
  }),
  fc.integer({ min: 0, max: 2_700 }).map((count) => '夜'.repeat(count)),
  fc.constantFrom('\n*\n', '\u001e', `\n${INSTANCE}\n`),
);
const event: fc.Arbitrary<FeedEvent> = fc.oneof(
  fc
    .array(text, { maxLength: 40 })
    .map((ids) => ({ kind: 'changes' as const, ops: ids.map((id, index) => anOp(index, id)) })),
  text.map((deviceId) => ({ kind: 'revoked' as const, deviceId })),
  text.map((commandId) => ({ kind: 'commandTaken' as const, commandId })),
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
  return packPayloads(INSTANCE, outgoing.take());
}

function read(payloads: readonly string[], reader: string, held?: string) {
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
        const { heard, gaps } = read(payloads, 'another');
        expect(perUser(heard)).toEqual(perUser(nonEmpty));
        expect(gaps).toBe(0);
        expect(read(payloads, INSTANCE)).toEqual({ heard: [], gaps: 0 });
      }),
    );
  });

  it('[LIV3] are filled: two neighbours never fit in one', () => {
    fc.assert(
      fc.property(published, (events) => {
        const payloads = pack(events);
        for (const [index, payload] of payloads.slice(1).entries()) {
          const [head = '', first = ''] = payload.split('\n');
          const added = Buffer.byteLength(first) + 1;
          expect(head).toBe(INSTANCE);
          expect(Buffer.byteLength(payloads[index] ?? '') + added).toBeGreaterThanOrEqual(8_000);
        }
      }),
    );
  });

  it('read nothing of users who are not held', () => {
    const [held, other] = [crypto.randomUUID(), crypto.randomUUID()];
    const payloads = pack([
      { user: other, event: { kind: 'erased' } },
      { user: held, event: { kind: 'revoked', deviceId: 'tv' } },
      { user: other, event: { kind: 'erased' } },
    ]);
    expect(read(payloads, 'another', held).heard).toEqual([
      { user: held, event: { kind: 'revoked', deviceId: 'tv' } },
    ]);
  });

  it('tell of a gap', () => {
    const payloads = packPayloads(INSTANCE, { users: [], hasGap: true, events: 0 });
    expect(read(payloads, 'another')).toEqual({ heard: [], gaps: 1 });
    expect(read(payloads, INSTANCE)).toEqual({ heard: [], gaps: 0 });
    expect(packPayloads(INSTANCE, { users: [], hasGap: false, events: 0 })).toEqual([]);
  });

  it('of a stranger never throw: what cannot be read of a user is a pull', () => {
    const user = crypto.randomUUID();
    const lines = ['{', 'null', '7', '{"kind":"changes"}', '{"kind":"changes","ops":7}', '{}'];
    const payloads = lines.map((line) => `x\n${user} ${line}`);
    expect(read(payloads, INSTANCE).heard.map(({ event: each }) => each)).toEqual(
      lines.map(() => ({ kind: 'pull' })),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (payload) => {
        for (const { event: each } of read([payload], INSTANCE).heard)
          expect(each.kind).toBeTypeOf('string');
      }),
    );
  });
});
