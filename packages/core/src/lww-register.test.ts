import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LWWRegister, type WriteOutcome } from './lww-register.ts';
import type { Op, ProgressOp } from './op.ts';
import { equalPositions, type PlaybackPosition } from './playback-position.ts';
import { compareStamps, stampOf, type Stamp } from './stamp.ts';
import { arbitraryHistory } from './testing/op-arbitraries.ts';
import type { Timestamp } from './timestamp.ts';

function stamp(physical: number, logical: number, deviceId: string): Stamp {
  return { timestamp: { physical, logical }, deviceId };
}

function ms(physical: number): Timestamp {
  return { physical, logical: 0 };
}

const WINNER = stamp(10, 5, 'phone');

describe('a write', () => {
  test.each<[string, Stamp, WriteOutcome]>([
    ['a greater physical', stamp(11, 0, 'a'), 'applied'],
    ['a greater counter', stamp(10, 6, 'a'), 'applied'],
    ['the same time and a greater device', stamp(10, 5, 'tv'), 'applied'],
    ['the same time and a lesser device', stamp(10, 5, 'TV'), 'superseded'],
    ['a lesser counter', stamp(10, 4, 'tv'), 'superseded'],
    ['a lesser physical', stamp(9, 65_535, 'tv'), 'superseded'],
  ])('[LWW1] with %s is decided by the stamp', (_, at, outcome) => {
    const register = new LWWRegister('old', WINNER);
    expect(register.write('new', at)).toBe(outcome);
    expect(register.value).toBe(outcome === 'applied' ? 'new' : 'old');
    expect(register.stamp).toEqual(outcome === 'applied' ? at : WINNER);
  });

  test.each<[string, Stamp, WriteOutcome]>([
    ['a later act', stamp(12, 0, 'phone'), 'applied'],
    ['a report that continues the stored act', { ...stamp(40, 0, 'tv'), claim: ms(10) }, 'applied'],
    ['an older report of it', { ...stamp(20, 0, 'tv'), claim: ms(10) }, 'superseded'],
    [
      'a report that continues an earlier act',
      { ...stamp(90, 0, 'tv'), claim: ms(9) },
      'superseded',
    ],
    ['an act before it', stamp(9, 0, 'tv'), 'superseded'],
  ])('[CLM1] over a report, %s is decided by the claim first', (_, stampOfWrite, outcome) => {
    const register = new LWWRegister('old', { ...stamp(30, 0, 'tv'), claim: ms(10) });
    expect(register.write('new', stampOfWrite)).toBe(outcome);
  });

  test('[LWW3] with the stored stamp and the stored value is a duplicate', () => {
    expect(new LWWRegister('old', WINNER).write('old', stamp(10, 5, 'phone'))).toBe('duplicate');
  });

  test('[LWW3] with the stored stamp and another value is a conflict, never a duplicate', () => {
    const register = new LWWRegister('old', WINNER);
    expect(register.write('new', stamp(10, 5, 'phone'))).toBe('conflict');
    expect(register.value).toBe('old');
  });

  test('[LWW3] tells values apart by the equality that it was given', () => {
    const a: PlaybackPosition = { positionSeconds: 1, durationSeconds: 2, state: 'paused' };
    expect(new LWWRegister(a, WINNER, equalPositions).write({ ...a }, WINNER)).toBe('duplicate');
    expect(new LWWRegister(a, WINNER).write({ ...a }, WINNER)).toBe('conflict');
  });

  test('[LWW2] a clear keeps older updates out and gives way to a newer one', () => {
    const register = new LWWRegister<string | null>(null, WINNER);
    expect(register.write('older', stamp(10, 4, 'phone'))).toBe('superseded');
    expect(register.value).toBeNull();
    expect(register.write('newer', stamp(10, 6, 'phone'))).toBe('applied');
    expect(register.value).toBe('newer');
  });
});

describe('one register under random histories', () => {
  type Register = LWWRegister<PlaybackPosition | null>;

  const arbitraryWrites = arbitraryHistory({ contents: 1 }).map((history) =>
    history.filter(isProgressOp),
  );
  const arbitraryDeliveries = arbitraryWrites
    .filter((ops) => ops.length > 0)
    .chain((ops) =>
      fc.record({
        ops: fc.constant(ops),
        shuffled: fc.shuffledSubarray(ops, { minLength: ops.length }),
      }),
    );

  function fold(ops: readonly ProgressOp[]): Register | undefined {
    let register: Register | undefined;
    for (const op of ops) {
      if (register === undefined) register = new LWWRegister(valueOf(op), op, equalPositions);
      else register.write(valueOf(op), op);
    }
    return register;
  }

  test('[LWW1] [CLM1] the winner is the greatest stamp, in whatever order and however often writes come', () => {
    fc.assert(
      fc.property(arbitraryDeliveries, ({ ops, shuffled }) => {
        const greatest = ops.toSorted(compareStamps).at(-1);
        for (const register of [fold(ops), fold(shuffled)]) {
          expect(register?.value).toEqual(greatest === undefined ? undefined : valueOf(greatest));
          expect(register && stampOf(register.stamp)).toEqual(greatest && stampOf(greatest));
        }
      }),
    );
  });

  test('[LWW1] [CLM1] merge is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(arbitraryDeliveries, fc.nat(), fc.nat(), ({ ops }, i, j) => {
        const [a, b, c] = [ops, rotate(ops, i), rotate(ops, j)].map((all) => all[0]);
        if (a === undefined || b === undefined || c === undefined) return;
        const whole = stateOf(mergeAll([a, b, c]));
        expect(stateOf(mergeAll([c, a, b]))).toEqual(whole);
        expect(stateOf(mergeAll([b, a, c, b, a]))).toEqual(whole);
        const right = mergeAll([b, c]);
        const left = mergeAll([a]);
        left?.merge(right ?? left);
        expect(stateOf(left)).toEqual(whole);
      }),
    );
  });

  test('[LWW2] no write before a clear in the order of stamps is ever seen after it', () => {
    fc.assert(
      fc.property(arbitraryDeliveries, ({ shuffled }) => {
        const seen: ProgressOp[] = [];
        let register: Register | undefined;
        for (const op of shuffled) {
          register = fold([...seen, op]);
          seen.push(op);
          const clears = seen.filter(({ kind }) => kind === 'progress.clear');
          const isBehindClear = clears.some(
            (clear) => register !== undefined && compareStamps(register.stamp, clear) < 0,
          );
          expect(isBehindClear).toBe(false);
        }
      }),
    );
  });

  test('[LWW3] a reused stamp is a conflict for each value but the first, and never a duplicate', () => {
    fc.assert(
      fc.property(arbitraryHistory({ contents: 1, withStampReuse: true }), (history) => {
        let register: Register | undefined;
        for (const op of history.filter(isProgressOp)) {
          if (register === undefined) {
            register = new LWWRegister(valueOf(op), op, equalPositions);
            continue;
          }
          const isSameStamp = compareStamps(op, register.stamp) === 0;
          const isSameValue = equalPositions(valueOf(op), register.value);
          const outcome = register.write(valueOf(op), op);
          expect(outcome === 'conflict').toBe(isSameStamp && !isSameValue);
          expect(outcome === 'duplicate').toBe(isSameStamp && isSameValue);
        }
      }),
    );
  });

  function mergeAll(ops: readonly ProgressOp[]): Register | undefined {
    const [first, ...rest] = ops.map((op) => fold([op]));
    for (const register of rest) if (register !== undefined) first?.merge(register);
    return first;
  }

  function stateOf(register: Register | undefined) {
    return { value: register?.value, stamp: register && stampOf(register.stamp) };
  }
});

function isProgressOp(op: Op): op is ProgressOp {
  return op.kind === 'progress.set' || op.kind === 'progress.clear';
}

function valueOf(op: ProgressOp): PlaybackPosition | null {
  if (op.kind === 'progress.clear') return null;
  const { positionSeconds, durationSeconds, state } = op;
  return { positionSeconds, durationSeconds, state };
}

function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
