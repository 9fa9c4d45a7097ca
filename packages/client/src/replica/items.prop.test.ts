import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Items } from './items.ts';

interface Item {
  readonly contentId: string;
  readonly atMs: number;
  readonly isKept: boolean;
}

const CONTENTS = 120;

/** Contents that change together, by number: what becomes of each, and how they are looked at then. */
const batches = fc.array(
  fc.record({
    changes: fc.oneof(
      fc.array(change(), { maxLength: 4 }),
      fc.array(change(), { minLength: 40, maxLength: 200, size: 'max' }),
    ),
    areAllExpired: fc.integer({ min: 0, max: 5 }).map((drawn) => drawn === 0),
    isRead: fc.boolean(),
    asked: fc.array(
      fc.nat({ max: CONTENTS - 1 }).map((content) => `c${content}`),
      { maxLength: 2 },
    ),
  }),
  { maxLength: 12 },
);

function change() {
  return fc.record({
    content: fc.nat({ max: CONTENTS - 1 }),
    /** Few, so that many are equal; -1: it is gone. */
    atMs: fc.integer({ min: -1, max: 6 }),
    isKept: fc.boolean(),
  });
}

function setup() {
  const shown = new Map<string, Item>();
  let reads = 0;
  const items = new Items<Item>({
    keys: () => shown.keys(),
    read(contentId) {
      reads += 1;
      const item = shown.get(contentId);
      return item && { ...item };
    },
    timeOf: ({ atMs }) => atMs,
  });
  const take = () => {
    const taken = reads;
    reads = 0;
    return taken;
  };
  return { shown, items, take };
}

function sorted(items: Iterable<Item>): Item[] {
  return [...items].sort((a, b) => b.atMs - a.atMs || (a.contentId < b.contentId ? -1 : 1));
}

describe('lists of items', () => {
  it('[SDK1] are what a sort of everything gives, whatever changed before they were read', () => {
    fc.assert(
      fc.property(batches, (drawn) => {
        const { shown, items } = setup();
        const held: { readonly list: readonly Item[]; readonly as: readonly Item[] }[] = [];
        for (const { changes, areAllExpired, isRead, asked } of drawn) {
          const contentIds = new Set<string>();
          for (const { content, atMs, isKept } of changes) {
            const contentId = `c${content}`;
            contentIds.add(contentId);
            if (atMs < 0) shown.delete(contentId);
            else shown.set(contentId, { contentId, atMs, isKept });
          }
          items.expire(areAllExpired ? undefined : contentIds);
          for (const contentId of asked) expect(items.get(contentId)).toEqual(shown.get(contentId));
          if (!isRead) continue;
          const list = items.list();
          expect(list).toEqual(sorted(shown.values()));
          for (const item of list) expect(items.get(item.contentId)).toBe(item);
          held.push({ list, as: [...list] });
        }
        // A list that somebody holds is never changed under them.
        for (const { list, as } of held) expect(list).toEqual(as);
      }),
    );
  });

  it('[SDK1] are the same array, of the same items, as long as these look the same', () => {
    fc.assert(
      fc.property(batches, (drawn) => {
        const { shown, items } = setup();
        for (const { changes } of drawn) {
          const former = items.list();
          const itemsBefore = new Map(former.map((item) => [item.contentId, item]));
          for (const { content, atMs, isKept } of changes) {
            const contentId = `c${content}`;
            if (atMs < 0) shown.delete(contentId);
            else shown.set(contentId, { contentId, atMs, isKept });
          }
          items.expire(changes.map(({ content }) => `c${content}`));
          const list = items.list();
          expect(items.list()).toBe(list);
          const isAsBefore =
            list.length === former.length && list.every((item, at) => item === former[at]);
          expect(list === former).toBe(isAsBefore);
          for (const item of list) {
            const formerItem = itemsBefore.get(item.contentId);
            const isSame = formerItem?.atMs === item.atMs && formerItem.isKept === item.isKept;
            expect(item === formerItem).toBe(isSame);
          }
        }
      }),
    );
  });

  it('[SDK1] cost what changed, however much they hold', () => {
    const { shown, items, take } = setup();
    for (let content = 0; content < 10_000; content += 1) {
      const contentId = `c${content}`;
      shown.set(contentId, { contentId, atMs: content, isKept: true });
    }
    items.list();
    expect(take()).toBe(10_000);
    for (let changes = 1; changes <= 100; changes += 1) {
      const contentId = `c${changes}`;
      shown.set(contentId, { contentId, atMs: 20_000 + changes, isKept: true });
      items.expire([contentId]);
      expect(items.list()[0]?.contentId).toBe(contentId);
      expect(items.get(contentId)).toBe(items.list()[0]);
      expect(take()).toBe(1);
    }
  });
});
