import * as fc from 'fast-check';
import { isContentId, SECONDS_MAX } from '../ids.ts';
import type { Op, ProgressSetOp } from '../op.ts';
import { PLAYBACK_STATES } from '../playback-position.ts';
import {
  compareTimestamps,
  LOGICAL_MAX,
  PHYSICAL_MAX,
  timestampToText,
  type Timestamp,
} from '../timestamp.ts';

/** Their order by code unit is none that a locale gives; HLC6 needs the difference. */
export const DEVICE_IDS: readonly string[] = ['phone', 'TV', 'Phone', 'tv-2', 'a_b', 'a.b', 'Z:1'];

export const CONTENT_IDS: readonly string[] = ['film-1', '__proto__', '🎬 Amélie', "o'; drop", '%'];

/** What clocks show that run right, stand still, fell back to 1970, or run in 2099. */
const SKEWED_CLOCKS_MS: readonly number[] = [
  0,
  1,
  Date.UTC(2026, 0, 1),
  Date.UTC(2026, 0, 1) + 1,
  Date.UTC(2026, 0, 1) + 60_000,
  Date.UTC(2099, 11, 31),
];

export interface HistoryOptions {
  /** Most writes in a history, before their repeats. Default 24. */
  readonly writesMax?: number;
  /** Distinct devices, at most as many as {@link DEVICE_IDS}. Default 3. */
  readonly devices?: number;
  /** Distinct contents, at most as many as {@link CONTENT_IDS}. Default 3. */
  readonly contents?: number;
  /**
   * Also gives some progress writes a twin with the same stamp and another value: what a device does
   * that restores an old backup. Such a history has no order-free state. [LWW3]
   */
  readonly withStampReuse?: boolean;
}

export function arbitraryTimestamp(): fc.Arbitrary<Timestamp> {
  return fc.record({
    physical: fc.oneof(
      fc.constantFrom(...SKEWED_CLOCKS_MS, PHYSICAL_MAX),
      fc.integer({ min: 0, max: PHYSICAL_MAX }),
    ),
    logical: fc.oneof(fc.constantFrom(0, 1, LOGICAL_MAX), fc.integer({ min: 0, max: LOGICAL_MAX })),
  });
}

/** Any content id that the rules allow, often one of few. */
export function arbitraryContentId(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...CONTENT_IDS, 'constructor', 'x'.repeat(255), '🎬'.repeat(255)),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter(isContentId),
  );
}

export function arbitraryDeviceId(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...DEVICE_IDS, 'd'.repeat(255)),
    fc.stringMatching(/^[A-Za-z0-9._:-]{1,40}$/),
  );
}

/** One op that the wire takes, anywhere within the bounds; alone it collides with little. */
export function arbitraryOp(): fc.Arbitrary<Op> {
  const base = {
    contentId: arbitraryContentId(),
    timestamp: arbitraryTimestamp(),
    deviceId: arbitraryDeviceId(),
  };
  const seconds = fc.oneof(fc.constantFrom(0, 1, SECONDS_MAX), fc.nat({ max: SECONDS_MAX }));
  return fc.oneof(
    fc.record({ kind: fc.constant('watchlist.add' as const), ...base, tag: fc.uuid() }),
    fc.record({
      kind: fc.constant('watchlist.remove' as const),
      ...base,
      tags: fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 5 }),
    }),
    fc
      .record({
        kind: fc.constant('progress.set' as const),
        ...base,
        positionSeconds: seconds,
        durationSeconds: seconds,
        state: fc.constantFrom(...PLAYBACK_STATES),
        claim: fc.option(arbitraryTimestamp(), { nil: undefined }),
      })
      .map(withClaim),
    fc.record({ kind: fc.constant('progress.clear' as const), ...base }),
  );
}

/** Only a claim that the wire has: before the timestamp, or none. [CLM2] */
function withClaim({
  claim,
  ...act
}: Omit<ProgressSetOp, 'claim'> & { claim: Timestamp | undefined }): ProgressSetOp {
  return claim !== undefined && compareTimestamps(claim, act.timestamp) < 0
    ? { ...act, claim }
    : act;
}

/**
 * What a store may be sent of one user: the writes of a few devices on a few contents, late, early,
 * out of order and more than once.
 *
 * Real devices could have made it: a tag belongs to one add, a device uses a stamp for one op, and a
 * remove names tags of its own content. Stamps of different devices collide often. Some removes name
 * a tag whose add never comes.
 */
export function arbitraryHistory({
  writesMax = 24,
  devices = 3,
  contents = 3,
  withStampReuse = false,
}: HistoryOptions = {}): fc.Arbitrary<Op[]> {
  const write = fc.record({
    kind: fc.constantFrom<Op['kind'][]>(
      'watchlist.add',
      'watchlist.add',
      'watchlist.remove',
      'progress.set',
      'progress.set',
      'progress.clear',
    ),
    contentId: fc.constantFrom(...CONTENT_IDS.slice(0, contents)),
    deviceId: fc.constantFrom(...DEVICE_IDS.slice(0, devices)),
    physical: fc.constantFrom(...SKEWED_CLOCKS_MS),
    logical: fc.constantFrom(0, 1, LOGICAL_MAX),
    /** Of the act that a position continues; none, or one after its timestamp: it is an act. */
    claimMs: fc.option(fc.constantFrom(...SKEWED_CLOCKS_MS), { nil: undefined }),
    positionSeconds: fc.constantFrom(0, 1, 90, 100, SECONDS_MAX),
    durationSeconds: fc.constantFrom(0, 1, 100, SECONDS_MAX),
    state: fc.constantFrom(...PLAYBACK_STATES),
    /** Which of the content's adds a remove has seen, by the bits of one number. */
    seen: fc.nat({ max: 255 }),
    isStampReused: withStampReuse ? fc.boolean() : fc.constant(false),
    /** When each copy of the op arrives. */
    arrivals: fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 3 }),
  });
  return fc.array(write, { minLength: 1, maxLength: writesMax, size: 'max' }).map(deliver);
}

type Write = {
  readonly kind: Op['kind'];
  readonly contentId: string;
  readonly deviceId: string;
  readonly physical: number;
  readonly logical: number;
  readonly claimMs: number | undefined;
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  readonly state: ProgressSetOp['state'];
  readonly seen: number;
  readonly isStampReused: boolean;
  readonly arrivals: readonly number[];
};

function deliver(drawn: readonly Write[]): Op[] {
  const writes = onePerStamp(drawn);
  const tagsByContentId = mintTags(writes);
  const deliveries = writes.flatMap((write, index) => {
    const op = toOp(write, tagOf(index), tagsByContentId.get(write.contentId) ?? []);
    const ops = write.isStampReused && op.kind === 'progress.set' ? [op, twinOf(op)] : [op];
    return ops.flatMap((sent) => write.arrivals.map((arrival) => ({ arrival, op: sent })));
  });
  return deliveries.toSorted((a, b) => a.arrival - b.arrival).map(({ op }) => op);
}

function onePerStamp(drawn: readonly Write[]): Write[] {
  const writesByStamp = new Map<string, Write>();
  for (const write of drawn) {
    const stamp = `${timestampToText(write)} ${write.deviceId}`;
    if (!writesByStamp.has(stamp)) writesByStamp.set(stamp, write);
  }
  return [...writesByStamp.values()];
}

function mintTags(writes: readonly Write[]): Map<string, string[]> {
  const tagsByContentId = new Map<string, string[]>();
  for (const [index, { kind, contentId }] of writes.entries()) {
    if (kind !== 'watchlist.add') continue;
    tagsByContentId.set(contentId, [...(tagsByContentId.get(contentId) ?? []), tagOf(index)]);
  }
  return tagsByContentId;
}

function toOp(write: Write, tag: string, contentTags: readonly string[]): Op {
  const { kind, contentId, deviceId, physical, logical } = write;
  const base = { contentId, timestamp: { physical, logical }, deviceId };
  if (kind === 'watchlist.add') return { kind, ...base, tag };
  if (kind === 'progress.clear') return { kind, ...base };
  if (kind === 'progress.set') {
    const { positionSeconds, durationSeconds, state, claimMs } = write;
    const claim = claimMs === undefined ? undefined : { physical: claimMs, logical: 0 };
    return withClaim({ kind, ...base, positionSeconds, durationSeconds, state, claim });
  }
  const seen = contentTags.filter((_, bit) => (write.seen >> (bit % 8)) % 2 === 1);
  // Its own index is the tag of no add: this one's add was lost with its device.
  return { kind, ...base, tags: seen.length > 0 ? seen : [tag] };
}

function twinOf(op: ProgressSetOp): ProgressSetOp {
  return { ...op, positionSeconds: op.positionSeconds === 7 ? 8 : 7 };
}

/** A version 4 UUID; tags sort by index, which says nothing of their stamps. */
function tagOf(index: number): string {
  return `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}
