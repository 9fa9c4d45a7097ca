import * as fc from 'fast-check';
import { readDate } from '../dates.ts';
import { isContentId, SECONDS_MAX } from '../ids.ts';
import type { JsonValue } from '../json-value.ts';
import type { Op, ProgressOp, ProgressSetOp, RegisterSetOp, WatchlistOp } from '../op.ts';
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
    arbitraryRegisterOp(),
    arbitraryPlayOp(),
  );
}

/** Any JSON that a register of an app's own may hold. */
export function arbitraryValue(): fc.Arbitrary<JsonValue> {
  const text = fc.oneof(
    fc.constantFrom('', '🎬 Amélie', '"\\', '\u001e\u001f', "o'; drop"),
    fc.string({ unit: 'binary', maxLength: 12 }).map((any) => any.replaceAll('\0', '')),
  );
  const name = text.filter((any) => any !== '__proto__');
  const number = fc.oneof(
    fc.constantFrom(0, -1, 0.1, 1e21, 1e-9, Number.MAX_SAFE_INTEGER),
    fc.integer(),
  );
  const leaf = fc.oneof(text, number, fc.boolean(), fc.constant(null));
  return fc.oneof(
    leaf,
    fc.array(leaf, { maxLength: 3 }),
    fc.dictionary(
      name,
      fc.oneof(leaf, fc.dictionary(name, leaf, { maxKeys: 2, noNullPrototype: true })),
      {
        maxKeys: 4,
        noNullPrototype: true,
      },
    ),
  );
}

export function arbitraryDate(): fc.Arbitrary<string> {
  return fc
    .record({
      ms: fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2100, 0, 1) }),
      form: fc.constantFrom('instant', 'second', 'day'),
    })
    .map(({ ms, form }) => {
      const text = new Date(
        form === 'second' ? ms - (((ms % 1000) + 1000) % 1000) : ms,
      ).toISOString();
      return readDate(form === 'day' ? text.slice(0, 10) : text) ?? '';
    });
}

/** One that `requireRegister` takes. */
export function arbitraryRegisterOp(): fc.Arbitrary<RegisterSetOp> {
  const contentId = arbitraryContentId();
  const seconds = fc.nat({ max: SECONDS_MAX });
  const said = fc.oneof(
    fc.record({
      register: fc.constant('watched'),
      key: contentId,
      value: fc.record({ at: fc.option(arbitraryDate()) }),
    }),
    fc.record({
      register: fc.constantFrom('dismissed', 'favorite'),
      key: contentId,
      value: fc.constant(true),
    }),
    fc.record({
      register: fc.constant('rating'),
      key: contentId,
      value: fc.integer({ min: 1, max: 10 }),
    }),
    fc.record({
      register: fc.constant('place'),
      key: fc.tuple(arbitraryDeviceId(), contentId).map((parts) => parts.join('/')),
      value: fc.record({ positionSeconds: seconds, durationSeconds: seconds, at: arbitraryDate() }),
    }),
    fc.record({
      register: fc.constantFrom('preference', 'x-app', 'x-__proto__'),
      key: contentId,
      value: arbitraryValue(),
    }),
    fc.record({
      register: fc.constantFrom('watched', 'rewatch', 'content', 'x-app'),
      key: contentId,
      value: fc.constant(null),
    }),
  );
  return fc
    .record({
      said,
      timestamp: arbitraryTimestamp(),
      claim: fc.option(arbitraryTimestamp(), { nil: undefined }),
      deviceId: arbitraryDeviceId(),
    })
    .map(toRegister);
}

type Said = Pick<RegisterSetOp, 'register' | 'key' | 'value' | 'timestamp' | 'deviceId'>;

function toRegister({
  said: { register, key, value },
  claim,
  timestamp,
  deviceId,
}: Pick<Said, 'timestamp' | 'deviceId'> & {
  readonly said: Pick<Said, 'register' | 'key' | 'value'>;
  readonly claim: Timestamp | undefined;
}): RegisterSetOp {
  const stamp = { timestamp, deviceId, ...claimBefore(claim, timestamp) };
  return { kind: 'register.set', register, key, value, ...stamp };
}

function arbitraryPlayOp(): fc.Arbitrary<Op> {
  const stamp = { timestamp: arbitraryTimestamp(), deviceId: arbitraryDeviceId() };
  return fc.oneof(
    fc.record(
      {
        kind: fc.constant('play.add' as const),
        contentId: arbitraryContentId(),
        playId: fc.uuid(),
        watchedAt: arbitraryDate(),
        source: fc.constantFrom('sdk', '🎬'.repeat(64)),
        ...stamp,
      },
      { requiredKeys: ['kind', 'contentId', 'playId', 'timestamp', 'deviceId'] },
    ),
    fc.record({
      kind: fc.constant('play.remove' as const),
      playIds: fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 5 }),
      ...stamp,
    }),
  );
}

/** Only a claim that the wire has: before the timestamp, or none. [CLM2] */
function withClaim({
  claim,
  ...act
}: Omit<ProgressSetOp, 'claim'> & { claim: Timestamp | undefined }): ProgressSetOp {
  return { ...act, ...claimBefore(claim, act.timestamp) };
}

/** A claim that a stamp can carry: one that equals the timestamp is none. [CLM2] */
function claimBefore(
  claim: Timestamp | undefined,
  timestamp: Timestamp,
): { readonly claim?: Timestamp } {
  return claim !== undefined && compareTimestamps(claim, timestamp) < 0 ? { claim } : {};
}

/**
 * What a store may be sent of one user: the writes of a few devices on a few contents, late, early,
 * out of order and more than once.
 *
 * Real devices could have made it: a tag belongs to one add, a device uses a stamp for one op, and a
 * remove names tags of its own content. Stamps of different devices collide often. Some removes name
 * a tag whose add never comes.
 */
export function arbitraryHistory(
  options: HistoryOptions = {},
): fc.Arbitrary<(WatchlistOp | ProgressOp)[]> {
  return arbitraryHistoryOf(WATCHED_KINDS, options) as fc.Arbitrary<(WatchlistOp | ProgressOp)[]>;
}

/** As {@link arbitraryHistory}, with registers and plays among the writes. */
export function arbitraryFullHistory(options: HistoryOptions = {}): fc.Arbitrary<Op[]> {
  return arbitraryHistoryOf([...WATCHED_KINDS, ...SAID_KINDS], options);
}

const WATCHED_KINDS = [
  'watchlist.add',
  'watchlist.add',
  'watchlist.remove',
  'progress.set',
  'progress.set',
  'progress.clear',
] as const;
const SAID_KINDS = ['register.set', 'register.set', 'play.add', 'play.add', 'play.remove'] as const;

function arbitraryHistoryOf(
  kinds: readonly Op['kind'][],
  { writesMax = 24, devices = 3, contents = 3, withStampReuse = false }: HistoryOptions,
): fc.Arbitrary<Op[]> {
  const write = fc.record({
    kind: fc.constantFrom(...kinds),
    contentId: fc.constantFrom(...CONTENT_IDS.slice(0, contents)),
    deviceId: fc.constantFrom(...DEVICE_IDS.slice(0, devices)),
    physical: fc.constantFrom(...SKEWED_CLOCKS_MS),
    logical: fc.constantFrom(0, 1, LOGICAL_MAX),
    /** Of the act that a position continues; none, or one after its timestamp: it is an act. */
    claimMs: fc.option(fc.constantFrom(...SKEWED_CLOCKS_MS), { nil: undefined }),
    positionSeconds: fc.constantFrom(0, 1, 90, 100, SECONDS_MAX),
    durationSeconds: fc.constantFrom(0, 1, 100, SECONDS_MAX),
    state: fc.constantFrom(...PLAYBACK_STATES),
    register: fc.constantFrom('rating', 'favorite', 'preference', 'x-app'),
    isCleared: fc.boolean(),
    /** How long before the write its person did the last thing, in ms; 0 for an act. */
    claimedBefore: fc.constantFrom(0, 1, 60_000),
    watchedAt: fc.constantFrom(undefined, '2026-01-31', '2026-01-31T20:15:00Z'),
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
  readonly register: string;
  readonly isCleared: boolean;
  readonly claimedBefore: number;
  readonly watchedAt: string | undefined;
  readonly seen: number;
  readonly isStampReused: boolean;
  readonly arrivals: readonly number[];
};

function deliver(drawn: readonly Write[]): Op[] {
  const writes = onePerStamp(drawn);
  const tagsByContentId = mintTags(writes);
  const playIds = writes.flatMap(({ kind }, index) => (kind === 'play.add' ? tagOf(index) : []));
  const deliveries = writes.flatMap((write, index) => {
    const seen = write.kind === 'play.remove' ? playIds : tagsByContentId.get(write.contentId);
    const op = toOp(write, tagOf(index), seen ?? []);
    const twin = write.isStampReused ? twinOf(op) : undefined;
    const ops = twin === undefined ? [op] : [op, twin];
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

function toOp(write: Write, tag: string, seenTags: readonly string[]): Op {
  const { kind, contentId, deviceId, physical, logical } = write;
  const base = { contentId, timestamp: { physical, logical }, deviceId };
  if (kind === 'watchlist.add') return { kind, ...base, tag };
  if (kind === 'progress.clear') return { kind, ...base };
  if (kind === 'progress.set') {
    const { positionSeconds, durationSeconds, state, claimMs } = write;
    const claim = claimMs === undefined ? undefined : { physical: claimMs, logical: 0 };
    return withClaim({ kind, ...base, positionSeconds, durationSeconds, state, claim });
  }
  if (kind === 'register.set') return toRegisterOp(write);
  if (kind === 'play.add') {
    const { watchedAt } = write;
    return { kind, ...base, playId: tag, ...(watchedAt !== undefined && { watchedAt }) };
  }
  const seen = seenTags.filter((_, bit) => (write.seen >> (bit % 8)) % 2 === 1);
  // Its own index is the tag of no add: this one's add was lost with its device.
  const named = seen.length > 0 ? seen : [tag];
  if (kind === 'watchlist.remove') return { kind, ...base, tags: named };
  const { timestamp } = base;
  return { kind, playIds: named, timestamp, deviceId };
}

function toRegisterOp(write: Write): RegisterSetOp {
  const { register, contentId, deviceId, physical, logical, isCleared, claimedBefore, seen } =
    write;
  const timestamp = { physical, logical };
  const claim = { physical: Math.max(0, physical - claimedBefore), logical: 0 };
  const values: Readonly<Record<string, JsonValue>> = {
    rating: 1 + (seen % 10),
    favorite: true,
    preference: { audio: ['en', 'fr'][seen % 2] ?? null, of: { deep: [seen % 3] } },
  };
  return {
    kind: 'register.set',
    register,
    key: contentId,
    value: isCleared ? null : (values[register] ?? `seen ${seen % 3}`),
    timestamp,
    deviceId,
    ...(claimedBefore > 0 && claimBefore(claim, timestamp)),
  };
}

/** Undefined for what has no other value. */
function twinOf(op: Op): Op | undefined {
  if (op.kind === 'progress.set') {
    return { ...op, positionSeconds: op.positionSeconds === 7 ? 8 : 7 };
  }
  if (op.kind !== 'register.set') return undefined;
  // Of a value that its kind has: cleared, or set after all.
  const other = op.register === 'rating' ? 3 : true;
  return { ...op, value: op.value === null ? other : null };
}

/** A version 4 UUID; tags sort by index, which says nothing of their stamps. */
function tagOf(index: number): string {
  return `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}
