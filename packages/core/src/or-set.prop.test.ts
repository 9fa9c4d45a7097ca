import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Op, WatchlistOp } from './op.ts';
import { isLive, ORSet, type ORSetEntry } from './or-set.ts';
import { CONTENT_IDS, DEVICE_IDS, arbitraryHistory } from './testing/op-arbitraries.ts';

function isWatchlistOp(op: Op): op is WatchlistOp {
  return op.kind === 'watchlist.add' || op.kind === 'watchlist.remove';
}

const arbitraryOps = arbitraryHistory().map((history) => history.filter(isWatchlistOp));

function applyOp(set: ORSet, op: WatchlistOp): void {
  if (op.kind === 'watchlist.add') set.add(op.contentId, op.tag, op);
  else set.remove(op.contentId, op.tags, op);
}

function fold(ops: readonly WatchlistOp[]): ORSet {
  const set = new ORSet();
  for (const op of ops) applyOp(set, op);
  return set;
}

/** The whole state, in an order that says nothing of how it came to be. */
function stateOf(set: ORSet): readonly ORSetEntry[] {
  return [...set.entries()].toSorted((a, b) => (a.tag < b.tag ? -1 : 1));
}

function merged(...sets: readonly ORSet[]): ORSet {
  const result = new ORSet();
  for (const set of sets) result.merge(set);
  return result;
}

/** Any order of the same ops, some of them more than once. */
const arbitraryDeliveries = arbitraryOps.chain((ops) =>
  fc.record({
    ops: fc.constant(ops),
    shuffled: fc
      .tuple(fc.shuffledSubarray(ops, { minLength: ops.length }), fc.shuffledSubarray(ops))
      .map((parts) => parts.flat()),
  }),
);

describe('merge', () => {
  test('[ORS5] is commutative', () => {
    fc.assert(
      fc.property(arbitraryOps, fc.nat(), (ops, at) => {
        const [a, b] = split(ops, at);
        expect(stateOf(merged(a, b))).toEqual(stateOf(merged(b, a)));
      }),
    );
  });

  test('[ORS5] is associative', () => {
    fc.assert(
      fc.property(arbitraryOps, fc.nat(), fc.nat(), (ops, first, second) => {
        const [a, rest] = splitOps(ops, first);
        const [b, c] = split(rest, second);
        expect(stateOf(merged(merged(fold(a), b), c))).toEqual(
          stateOf(merged(fold(a), merged(b, c))),
        );
      }),
    );
  });

  test('[ORS5] is idempotent, and merging a set into itself changes nothing', () => {
    fc.assert(
      fc.property(arbitraryOps, (ops) => {
        const set = fold(ops);
        const before = { state: stateOf(set), revision: set.revision };
        set.merge(fold(ops));
        set.merge(set);
        expect({ state: stateOf(set), revision: set.revision }).toEqual(before);
      }),
    );
  });

  test('[ORS5] gives what folding both histories gives', () => {
    fc.assert(
      fc.property(arbitraryOps, fc.nat(), (ops, at) => {
        expect(stateOf(merged(...split(ops, at)))).toEqual(stateOf(fold(ops)));
      }),
    );
  });
});

describe('the fold', () => {
  test('[ORS5] gives one state for one history, in any order and with repeats', () => {
    fc.assert(
      fc.property(arbitraryDeliveries, ({ ops, shuffled }) => {
        expect(stateOf(fold(shuffled))).toEqual(stateOf(fold(ops)));
      }),
    );
  });

  test('[ORS2] [ORS3] [ORS4] leaves live exactly the added tags that no remove names', () => {
    fc.assert(
      fc.property(arbitraryOps, (ops) => {
        const removed = new Set(
          ops.flatMap((op) => (op.kind === 'watchlist.remove' ? op.tags : [])),
        );
        const live = ops.flatMap((op) =>
          op.kind === 'watchlist.add' && !removed.has(op.tag) ? [op] : [],
        );
        const set = fold(ops);
        expect(new Set([...set.entries()].filter(isLive).map(({ tag }) => tag))).toEqual(
          new Set(live.map(({ tag }) => tag)),
        );
        expect(new Set(set.contentIds())).toEqual(new Set(live.map(({ contentId }) => contentId)));
      }),
    );
  });

  test('[ORS1] every added entry has the content and stamp of its add, in any order', () => {
    fc.assert(
      fc.property(arbitraryDeliveries, ({ shuffled }) => {
        const set = fold(shuffled);
        for (const op of shuffled) {
          if (op.kind !== 'watchlist.add') continue;
          expect(set.get(op.tag)).toMatchObject({
            contentId: op.contentId,
            added: { timestamp: op.timestamp, deviceId: op.deviceId },
          });
        }
      }),
    );
  });

  test('[ORS5] contains, size and live tags say what the entries say', () => {
    fc.assert(
      fc.property(arbitraryOps, (ops) => {
        const set = new ORSet();
        for (const op of ops) {
          applyOp(set, op);
          const live = [...set.entries()].filter(isLive);
          expect(set.size).toBe(new Set(live.map(({ contentId }) => contentId)).size);
          for (const contentId of CONTENT_IDS) {
            const tags = live.filter((entry) => entry.contentId === contentId);
            expect(set.contains(contentId)).toBe(tags.length > 0);
            expect(set.liveTags(contentId).toSorted()).toEqual(
              tags.map(({ tag }) => tag).toSorted(),
            );
          }
        }
      }),
    );
  });

  test('[ORS3] [ORS5] a reload in the middle of a history changes nothing that follows', () => {
    fc.assert(
      fc.property(arbitraryOps, fc.nat(), (ops, at) => {
        const [before, after] = splitOps(ops, at);
        const reloaded = ORSet.fromEntries(structuredClone([...fold(before).entries()]));
        for (const op of after) applyOp(reloaded, op);
        expect(stateOf(reloaded)).toEqual(stateOf(fold(ops)));
      }),
    );
  });

  test('[SQL3] what is handed out as unpersisted, kept elsewhere, adds up to the whole set', () => {
    fc.assert(
      fc.property(arbitraryOps, fc.nat({ max: 4 }), (ops, commitEvery) => {
        const set = new ORSet();
        const stored = new ORSet();
        for (const [index, op] of ops.entries()) {
          const entries = set.unpersisted();
          applyOp(set, op);
          if (index % (commitEvery + 1) !== 0) continue;
          for (const entry of entries) {
            stored.apply(entry);
            set.markPersisted(entry, stored.get(entry.tag));
          }
        }
        for (const entry of set.unpersisted()) stored.apply(entry);
        expect(stateOf(stored)).toEqual(stateOf(set));
      }),
    );
  });
});

describe('a household whose replicas merge at random moments', () => {
  const REPLICAS = 3;
  const replica = fc.nat({ max: REPLICAS - 1 });
  const contentId = fc.constantFrom(...CONTENT_IDS.slice(0, 2));
  const arbitraryRun = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('add' as const), replica, contentId, physical: fc.nat(3) }),
      fc.record({ kind: fc.constant('remove' as const), replica, contentId, physical: fc.nat(3) }),
      fc.record({ kind: fc.constant('merge' as const), replica, from: replica }),
      fc.record({ kind: fc.constant('redeliver' as const), replica, op: fc.nat() }),
      fc.record({ kind: fc.constant('reload' as const), replica }),
    ),
    { maxLength: 30, size: 'max' },
  );

  test('[ORS2] [ORS3] [ORS5] ends in one state: that of all its ops', () => {
    fc.assert(
      fc.property(arbitraryRun, (steps) => {
        const replicas = Array.from({ length: REPLICAS }, () => new ORSet());
        const log: WatchlistOp[] = [];
        /** Each replica's own count makes its stamps differ, whatever its clock shows. */
        const counts = replicas.map(() => 0);
        for (const step of steps) {
          const set = replicas[step.replica] ?? new ORSet();
          if (step.kind === 'merge') set.merge(replicas[step.from] ?? new ORSet());
          else if (step.kind === 'reload') {
            replicas[step.replica] = ORSet.fromEntries(set.entries());
          } else if (step.kind === 'redeliver') {
            const op = log[step.op % Math.max(log.length, 1)];
            if (op !== undefined) applyOp(set, op);
          } else {
            const logical = (counts[step.replica] = (counts[step.replica] ?? 0) + 1);
            const op = mutationOf(step, set, logical, log.length);
            if (op === undefined) continue;
            log.push(op);
            applyOp(set, op);
          }
        }
        const whole = stateOf(fold(log));
        for (const set of replicas) {
          expect(stateOf(merged(set, ...replicas))).toEqual(whole);
        }
      }),
    );
  });
});

function splitOps(
  ops: readonly WatchlistOp[],
  at: number,
): [readonly WatchlistOp[], readonly WatchlistOp[]] {
  const index = at % (ops.length + 1);
  return [ops.slice(0, index), ops.slice(index)];
}

function split(ops: readonly WatchlistOp[], at: number): [ORSet, ORSet] {
  const [a, b] = splitOps(ops, at);
  return [fold(a), fold(b)];
}

function mutationOf(
  step: { kind: 'add' | 'remove'; replica: number; contentId: string; physical: number },
  set: ORSet,
  logical: number,
  minted: number,
): WatchlistOp | undefined {
  const base = {
    contentId: step.contentId,
    timestamp: { physical: step.physical, logical },
    deviceId: DEVICE_IDS[step.replica] ?? 'x',
  };
  const tag = `00000000-0000-4000-8000-${minted.toString(16).padStart(12, '0')}`;
  if (step.kind === 'add') return { kind: 'watchlist.add', ...base, tag };
  const tags = set.liveTags(step.contentId);
  return tags.length === 0 ? undefined : { kind: 'watchlist.remove', ...base, tags };
}
