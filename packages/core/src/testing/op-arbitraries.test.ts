import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Op } from '../op.ts';
import { requireRegister } from '../registers/index.ts';
import { timestampToText } from '../timestamp.ts';
import { arbitraryFullHistory, arbitraryHistory, arbitraryRegisterOp } from './op-arbitraries.ts';

function stampText(op: Op): string {
  return `${timestampToText(op.timestamp)} ${op.deviceId}`;
}

describe('a random history', () => {
  test('[ORS1] [LWW3] is one that devices could make: one add a tag, one op a stamp', () => {
    fc.assert(
      fc.property(arbitraryHistory(), (history) => {
        const ops = new Map<string, Op>();
        const addsByTag = new Map<string, { readonly contentId: string }>();
        for (const op of history) {
          expect(ops.get(stampText(op)) ?? op).toBe(op);
          ops.set(stampText(op), op);
          if (op.kind !== 'watchlist.add') continue;
          expect(addsByTag.get(op.tag) ?? op).toBe(op);
          addsByTag.set(op.tag, op);
        }
        for (const op of history) {
          if (op.kind !== 'watchlist.remove') continue;
          for (const tag of op.tags) {
            expect(addsByTag.get(tag)?.contentId ?? op.contentId).toBe(op.contentId);
          }
        }
      }),
    );
  });

  test('has what breaks stores: repeats, late adds, lost adds, ties of devices, and all four kinds', () => {
    const found = new Set<string>();
    const seen = (name: string, isSeen: boolean): void => void (isSeen && found.add(name));
    for (const history of fc.sample(arbitraryHistory(), { numRuns: 200, seed: 1 })) {
      seen('repeat', new Set(history).size < history.length);
      const times = new Set(history.map(({ timestamp }) => timestampToText(timestamp)));
      seen('tie', times.size < new Set(history.map(stampText)).size);
      const addedTags = new Set<string>();
      const removedTags = new Set<string>();
      for (const op of history) {
        seen(op.kind, true);
        if (op.kind === 'watchlist.add') {
          seen('late add', removedTags.has(op.tag));
          addedTags.add(op.tag);
        }
        for (const tag of op.kind === 'watchlist.remove' ? op.tags : []) removedTags.add(tag);
      }
      seen(
        'lost add',
        [...removedTags].some((tag) => !addedTags.has(tag)),
      );
      seen(
        'removed tag',
        [...removedTags].some((tag) => addedTags.has(tag)),
      );
    }
    expect([...found].toSorted()).toEqual([
      'late add',
      'lost add',
      'progress.clear',
      'progress.set',
      'removed tag',
      'repeat',
      'tie',
      'watchlist.add',
      'watchlist.remove',
    ]);
  });

  test('[LWW3] reuses stamps when it is asked to', () => {
    const histories = fc.sample(arbitraryHistory({ withStampReuse: true }), {
      numRuns: 50,
      seed: 1,
    });
    const reuses = histories.filter(
      (history) => new Set(history.map(stampText)).size < new Set(history).size,
    );
    expect(reuses.length).toBeGreaterThan(10);
  });

  test('[REG2] has registers and plays when it is asked to, and registers are such as the service takes', () => {
    const history = fc
      .sample(arbitraryFullHistory({ withStampReuse: true }), { numRuns: 50, seed: 1 })
      .flat();
    const kinds = new Set(history.map(({ kind }) => kind));
    for (const kind of ['register.set', 'play.add', 'play.remove']) expect(kinds).toContain(kind);
    const registers = history.filter((op) => op.kind === 'register.set');
    expect(registers.map(requireRegister)).toEqual(registers);
    fc.assert(fc.property(arbitraryRegisterOp(), (op) => requireRegister(op) === op));
  });
});
