import { describe, expect, test } from 'vitest';
import { ORSet, type ORSetEntry } from './or-set.ts';
import type { Stamp } from './stamp.ts';

function stamp(physical: number, deviceId = 'phone'): Stamp {
  return { timestamp: { physical, logical: 0 }, deviceId };
}

const TAG = '00000000-0000-4000-8000-000000000001';
const OTHER_TAG = '00000000-0000-4000-8000-000000000002';

function removedSet(): ORSet {
  const set = new ORSet();
  set.add('film', TAG, stamp(1));
  set.remove('film', [TAG], stamp(2));
  return set;
}

function markAll(set: ORSet): void {
  for (const entry of set.unpersisted()) set.markPersisted(entry);
}

function tagsOf(entries: readonly ORSetEntry[]): string[] {
  return entries.map(({ tag }) => tag);
}

describe('add', () => {
  test('[ORS1] an add is one tag with its content and its stamp', () => {
    const set = new ORSet();
    expect(set.add('film', TAG, stamp(1))).toBe('applied');
    expect([...set.entries()]).toEqual([
      { tag: TAG, contentId: 'film', added: stamp(1), removed: null },
    ]);
  });

  test.each([
    ['another content', 'series', stamp(1)],
    ['another time', 'film', stamp(2)],
    ['an earlier time', 'film', stamp(0)],
    ['another device', 'film', stamp(1, 'tv')],
  ])('[ORS1] a tag that comes again with %s is a conflict and changes nothing', (_, id, again) => {
    const set = new ORSet();
    set.add('film', TAG, stamp(1));
    expect(set.add(id, TAG, again)).toBe('conflict');
    expect(set.get(TAG)).toEqual({ tag: TAG, contentId: 'film', added: stamp(1), removed: null });
    expect(set.contains('series')).toBe(false);
  });

  test('[ORS1] what is kept of a stamp is the stamp, not the op around it', () => {
    const set = new ORSet();
    const op = { ...stamp(1), kind: 'watchlist.add' };
    set.add('film', TAG, op);
    set.remove('film', [TAG], op);
    expect(set.get(TAG)).toEqual({
      tag: TAG,
      contentId: 'film',
      added: stamp(1),
      removed: stamp(1),
    });
  });

  test('an add that comes again is a duplicate', () => {
    const set = new ORSet();
    set.add('film', TAG, stamp(1));
    expect(set.add('film', TAG, stamp(1))).toBe('duplicate');
    expect(set.revision).toBe(1);
  });
});

describe('remove', () => {
  test('[ORS2] a remove takes the tags it names and no others', () => {
    const set = new ORSet();
    set.add('film', TAG, stamp(1));
    set.add('film', OTHER_TAG, stamp(2, 'tv'));
    expect(set.remove('film', [TAG], stamp(3))).toBe('applied');
    expect(set.liveTags('film')).toEqual([OTHER_TAG]);
    expect(set.contains('film')).toBe(true);
    expect(set.size).toBe(1);
  });

  test('[ORS2] an add that the remover had not seen survives, though it is the older one', () => {
    const phone = new ORSet();
    const tv = new ORSet();
    phone.add('film', TAG, stamp(10));
    tv.merge(phone);
    tv.add('film', OTHER_TAG, stamp(1, 'tv'));
    phone.remove('film', phone.liveTags('film'), stamp(20));
    phone.merge(tv);
    tv.merge(phone);
    expect([phone.liveTags('film'), tv.liveTags('film')]).toEqual([[OTHER_TAG], [OTHER_TAG]]);
  });

  test('[ORS2] the tags of a list that was read do not change with the set', () => {
    const set = new ORSet();
    set.add('film', TAG, stamp(1));
    const seen = set.liveTags('film');
    set.add('film', OTHER_TAG, stamp(2));
    expect(seen).toEqual([TAG]);
  });

  test('a remove says applied, duplicate or superseded by what its tags met', () => {
    const set = new ORSet();
    set.add('film', TAG, stamp(1));
    expect(set.remove('film', [TAG], stamp(3))).toBe('applied');
    expect(set.remove('film', [TAG], stamp(3))).toBe('duplicate');
    expect(set.remove('film', [TAG], stamp(4))).toBe('superseded');
    expect(set.remove('film', [TAG, OTHER_TAG], stamp(4))).toBe('applied');
    expect(set.remove('film', [], stamp(5))).toBe('duplicate');
  });

  test('[ORS5] of two removals the least stamp is kept, whichever came first', () => {
    const [early, late] = [new ORSet(), new ORSet()];
    for (const at of [2, 3]) early.remove('film', [TAG], stamp(at));
    for (const at of [3, 2]) late.remove('film', [TAG], stamp(at));
    expect(early.get(TAG)).toEqual(late.get(TAG));
    expect(early.get(TAG)?.removed).toEqual(stamp(2));
  });
});

describe('a removed tag', () => {
  test('[ORS3] stays removed when its add is replayed', () => {
    const set = removedSet();
    expect(set.add('film', TAG, stamp(1))).toBe('superseded');
    expect(set.contains('film')).toBe(false);
  });

  test('[ORS3] stays removed when a set that never heard of the removal is merged in', () => {
    const set = removedSet();
    const stale = new ORSet();
    stale.add('film', TAG, stamp(1));
    set.merge(stale);
    stale.merge(set);
    expect([set.contains('film'), stale.contains('film')]).toEqual([false, false]);
  });

  test('[ORS3] stays removed through a reload', () => {
    const reloaded = ORSet.fromEntries(removedSet().entries());
    expect(reloaded.add('film', TAG, stamp(1))).toBe('superseded');
    expect(reloaded.size).toBe(0);
    expect(reloaded.entryCount).toBe(1);
  });

  test('[ORS3] does not keep a new add of its content away', () => {
    const set = removedSet();
    expect(set.add('film', OTHER_TAG, stamp(0))).toBe('applied');
    expect(set.contains('film')).toBe(true);
  });
});

describe('a remove that comes before its add', () => {
  test('[ORS4] is kept, counts as no content, and wins over the add', () => {
    const set = new ORSet();
    expect(set.remove('film', [TAG], stamp(2))).toBe('applied');
    expect([set.size, set.entryCount, set.contains('film')]).toEqual([0, 1, false]);
    expect(set.add('film', TAG, stamp(1))).toBe('superseded');
    expect(set.contains('film')).toBe(false);
    expect(set.get(TAG)).toEqual({
      tag: TAG,
      contentId: 'film',
      added: stamp(1),
      removed: stamp(2),
    });
  });

  test('[ORS4] wins also over an add with a greater stamp', () => {
    const set = new ORSet();
    set.remove('film', [TAG], stamp(1));
    set.add('film', TAG, stamp(9));
    expect(set.contains('film')).toBe(false);
  });

  test('[ORS4] gives way to the add in what the content is', () => {
    const set = new ORSet();
    set.remove('wrong', [TAG], stamp(1));
    set.add('film', TAG, stamp(2));
    expect(set.get(TAG)?.contentId).toBe('film');
  });
});

describe('what changed since the last commit', () => {
  test('[SQL3] only changed entries are handed out, each once', () => {
    const set = ORSet.fromEntries([
      { tag: TAG, contentId: 'film', added: stamp(1), removed: null },
    ]);
    expect(set.unpersisted()).toEqual([]);
    set.add('film', TAG, stamp(1));
    expect(set.unpersisted()).toEqual([]);
    set.add('series', OTHER_TAG, stamp(2));
    set.remove('series', [OTHER_TAG], stamp(3));
    expect(set.unpersisted()).toEqual([
      { tag: OTHER_TAG, contentId: 'series', added: stamp(2), removed: stamp(3) },
    ]);
  });

  test('[SQL3] an entry that changes while the commit is in flight is handed out again', () => {
    const set = new ORSet();
    set.add('film', TAG, stamp(1));
    set.add('film', OTHER_TAG, stamp(2));
    const first = set.unpersisted();
    set.remove('film', [TAG], stamp(3));
    for (const entry of first) set.markPersisted(entry);
    expect(tagsOf(set.unpersisted())).toEqual([TAG]);
    markAll(set);
    expect(set.unpersisted()).toEqual([]);
  });

  test('[SQL3] an entry is marked alone: its neighbours stay unpersisted', () => {
    const set = new ORSet();
    set.add('film', TAG, stamp(1));
    set.add('film', OTHER_TAG, stamp(2));
    const [first] = set.unpersisted();
    if (first !== undefined) set.markPersisted(first);
    expect(tagsOf(set.unpersisted())).toEqual([OTHER_TAG]);
  });

  test('[SQL3] what the store holds instead is folded in and is no news to the store', () => {
    const set = new ORSet();
    set.add('film', TAG, stamp(1));
    const [entry] = set.unpersisted();
    const removal = { tag: TAG, contentId: 'film', added: null, removed: stamp(2) };
    if (entry !== undefined) set.markPersisted(entry, removal);
    expect(set.contains('film')).toBe(false);
    expect(set.get(TAG)).toEqual({ ...removal, added: stamp(1) });
    expect(set.unpersisted()).toEqual([]);
  });

  test('[SQL3] a commit that failed takes nothing off the list', () => {
    const set = new ORSet();
    set.add('film', TAG, stamp(1));
    set.unpersisted();
    expect(tagsOf(set.unpersisted())).toEqual([TAG]);
  });

  test('[SQL3] an add that fills in its tombstone is handed out', () => {
    const set = new ORSet();
    set.remove('film', [TAG], stamp(2));
    markAll(set);
    set.add('film', TAG, stamp(1));
    expect(tagsOf(set.unpersisted())).toEqual([TAG]);
  });
});

describe('collecting', () => {
  test('takes tombstones and nothing else', () => {
    const set = new ORSet();
    set.add('film', TAG, stamp(1));
    set.add('film', OTHER_TAG, stamp(2));
    set.remove('film', [TAG], stamp(3));
    for (const tag of [TAG, OTHER_TAG, 'unknown']) set.collect(tag);
    expect(tagsOf([...set.entries()])).toEqual([OTHER_TAG]);
    expect(set.liveTags('film')).toEqual([OTHER_TAG]);
    expect(tagsOf(set.unpersisted())).toEqual([OTHER_TAG]);
  });

  test('is a change, and the tag is one that was never there', () => {
    const set = new ORSet();
    set.remove('film', [TAG], stamp(3));
    const { revision } = set;
    set.collect(TAG);
    expect(set.revision).toBeGreaterThan(revision);
    expect(set.add('film', TAG, stamp(1))).toBe('applied');
    expect(set.contains('film')).toBe(true);
  });
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'size'])(
  'the content id %s is one like any other',
  (contentId) => {
    const set = new ORSet();
    expect([set.contains(contentId), set.size, set.liveTags(contentId)]).toEqual([false, 0, []]);
    set.add(contentId, TAG, stamp(1));
    expect([set.contains(contentId), [...set.contentIds()]]).toEqual([true, [contentId]]);
    set.remove(contentId, [TAG], stamp(2));
    expect(set.contains(contentId)).toBe(false);
    expect(Object.prototype).not.toHaveProperty(TAG);
  },
);
