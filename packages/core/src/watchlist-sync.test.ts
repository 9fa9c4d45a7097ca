import { describe, expect, test } from 'vitest';
import { CuepointError } from './errors.ts';
import { isUuid } from './ids.ts';
import { APPLIED, TAGS_PER_REMOVE_MAX, type WatchlistAddOp } from './op.ts';
import { ORSet } from './or-set.ts';
import { createTestContext, type ContextOptions } from './testing/recording-port.ts';
import { refusalOf, untyped } from './testing/refusal.ts';
import { WatchlistSync } from './watchlist-sync.ts';

function setup(options?: ContextOptions, set?: ORSet) {
  const context = createTestContext(options);
  return { ...context, context, watchlist: new WatchlistSync(context, set) };
}

function remoteAdd(contentId = 'film', physical = 5): WatchlistAddOp {
  return {
    kind: 'watchlist.add',
    contentId,
    tag: '00000000-0000-4000-8000-000000000009',
    timestamp: { physical, logical: 0 },
    deviceId: 'tv',
  };
}

describe('add', () => {
  test('[ORS1] mints one tag with the clock’s stamp, visible at once and sent to the port', () => {
    const { watchlist, port, wall } = setup();
    const op = watchlist.add('film');
    expect(isUuid(op.tag)).toBe(true);
    expect(op).toEqual({
      kind: 'watchlist.add',
      contentId: 'film',
      tag: op.tag,
      timestamp: { physical: wall.nowMs, logical: 0 },
      deviceId: 'phone',
    });
    expect([watchlist.contains('film'), watchlist.size]).toEqual([true, 1]);
    expect(port.ops).toEqual([op]);
  });

  test('[ORS1] of a content that is there mints another tag, and it is still one item', () => {
    const { watchlist } = setup();
    const [first, second] = [watchlist.add('film'), watchlist.add('film')];
    expect(first.tag).not.toBe(second.tag);
    expect(watchlist.size).toBe(1);
    expect(watchlist.list()).toEqual([
      {
        contentId: 'film',
        added: { timestamp: first.timestamp, deviceId: 'phone' },
        tags: [first.tag, second.tag],
      },
    ]);
  });

  test('[ORS1] a platform’s upper-case UUID becomes a lower-case tag', () => {
    const context = createTestContext();
    const watchlist = new WatchlistSync({
      ...context,
      environment: {
        ...context.environment,
        randomUuid: () => 'ABCDEF01-0000-4000-8000-00000000000A',
      },
    });
    expect(watchlist.add('film').tag).toBe('abcdef01-0000-4000-8000-00000000000a');
  });

  test('a source of UUIDs that gives none is found out before anything is stored', () => {
    const context = createTestContext();
    const watchlist = new WatchlistSync({
      ...context,
      environment: { ...context.environment, randomUuid: () => '42' },
    });
    expect(() => watchlist.add('film')).toThrow(TypeError);
    expect([watchlist.size, context.port.ops]).toEqual([0, []]);
  });

  test('[LWW3] no two mutations have one stamp, though the wall clock stands still', () => {
    const { watchlist } = setup();
    const ops = [watchlist.add('a'), watchlist.add('b'), watchlist.remove('a')];
    expect(ops.map((op) => op?.timestamp.logical)).toEqual([0, 1, 2]);
  });
});

describe('remove', () => {
  test('[ORS2] names every tag seen here, and the item is gone at once', () => {
    const { watchlist, port } = setup();
    const tags = [watchlist.add('film').tag, watchlist.add('film').tag];
    const op = watchlist.remove('film');
    expect(op).toMatchObject({ kind: 'watchlist.remove', contentId: 'film', tags });
    expect([watchlist.contains('film'), watchlist.size, watchlist.list()]).toEqual([false, 0, []]);
    expect(port.ops.at(-1)).toEqual(op);
  });

  test('of what is not on the list makes no op', () => {
    const { watchlist, port } = setup();
    expect(watchlist.remove('film')).toBeUndefined();
    expect(port.ops).toEqual([]);
  });

  test('[ORS2] loses to an add that the remover had not seen', () => {
    const phone = setup();
    const tv = setup({ deviceId: 'tv' });
    const seen = phone.watchlist.add('film');
    tv.watchlist.applyRemote(seen);
    const unseen = tv.watchlist.add('film');
    const remove = phone.watchlist.remove('film');
    if (remove === undefined) throw new Error('there was something to remove');
    tv.watchlist.applyRemote(remove);
    phone.watchlist.applyRemote(unseen);
    expect(phone.watchlist.list()[0]?.tags).toEqual([unseen.tag]);
    expect(tv.watchlist.list()[0]?.tags).toEqual([unseen.tag]);
  });

  test('of more tags than one op may name goes to the port in several ops', () => {
    const { watchlist, port } = setup();
    const tags = Array.from({ length: TAGS_PER_REMOVE_MAX + 1 }, () => watchlist.add('film').tag);
    port.ops.length = 0;
    const last = watchlist.remove('film');
    expect(watchlist.contains('film')).toBe(false);
    expect(port.ops.flatMap((op) => ('tags' in op ? [op.tags.length] : []))).toEqual([
      TAGS_PER_REMOVE_MAX,
      1,
    ]);
    expect(port.ops.flatMap((op) => ('tags' in op ? op.tags : []))).toEqual(tags);
    expect(port.ops.at(-1)).toEqual(last);
  });
});

describe('applyRemote', () => {
  test('folds an op in and hands it to the port once', () => {
    const { watchlist, port } = setup();
    expect(watchlist.applyRemote(remoteAdd())).toBe('applied');
    expect(watchlist.applyRemote(remoteAdd())).toBe('duplicate');
    expect(watchlist.contains('film')).toBe(true);
    expect(port.ops).toEqual([remoteAdd()]);
  });

  test('[ORS4] hands a late add to the port, since its tombstone now knows its add', () => {
    const { watchlist, port } = setup();
    const { tag, kind: _, ...base } = remoteAdd();
    watchlist.applyRemote({ ...base, kind: 'watchlist.remove', tags: [tag] });
    expect(watchlist.applyRemote(remoteAdd())).toBe('superseded');
    expect(port.ops).toHaveLength(2);
    expect(watchlist.applyRemote(remoteAdd())).toBe('superseded');
    expect(port.ops).toHaveLength(2);
    expect(watchlist.contains('film')).toBe(false);
  });

  test('[ORS1] a tag that another add minted is a conflict and is not handed on', () => {
    const { watchlist, port } = setup();
    watchlist.applyRemote(remoteAdd('film'));
    expect(watchlist.applyRemote(remoteAdd('series'))).toBe('conflict');
    expect(watchlist.contains('series')).toBe(false);
    expect(port.ops).toHaveLength(1);
  });

  test('[HLC2] the next stamp is past the remote one', () => {
    const { watchlist, wall } = setup();
    watchlist.applyRemote(remoteAdd('film', wall.nowMs + 1_000));
    expect(watchlist.add('series').timestamp).toEqual({
      physical: wall.nowMs + 1_000,
      logical: 1,
    });
  });

  test('[HLC4] an op from 2099 is folded in, and the clock stays in its own year', () => {
    const { watchlist, wall } = setup();
    watchlist.applyRemote(remoteAdd('film', Date.UTC(2099, 0, 1)));
    expect(watchlist.contains('film')).toBe(true);
    expect(watchlist.add('series').timestamp.physical).toBe(wall.nowMs);
  });

  test('an op whose timestamp is none changes nothing', () => {
    const { watchlist, port } = setup();
    expect(() => watchlist.applyRemote(remoteAdd('film', Number.NaN))).toThrow(RangeError);
    expect([watchlist.size, port.ops]).toEqual([0, []]);
  });
});

describe('what was stored', () => {
  test('is there after a reload, tombstones included', () => {
    const before = setup();
    const kept = before.watchlist.add('kept');
    const gone = before.watchlist.add('gone');
    before.watchlist.remove('gone');
    const stored = new ORSet();
    for (const op of before.port.ops) {
      if (op.kind === 'watchlist.add') stored.add(op.contentId, op.tag, op);
      if (op.kind === 'watchlist.remove') stored.remove(op.contentId, op.tags, op);
    }
    const { watchlist } = setup({}, stored);
    expect(watchlist.list()).toEqual(before.watchlist.list());
    expect(watchlist.applyRemote(gone)).toBe('superseded');
    expect(watchlist.applyRemote(kept)).toBe('duplicate');
  });

  test('[LWW3] a restart on a clock that stepped back goes on after the stored stamps', () => {
    const nowMs = Date.UTC(2026, 0, 1);
    const set = new ORSet();
    const base = { deviceId: 'phone' };
    set.add('a', '00000000-0000-4000-8000-000000000001', {
      ...base,
      timestamp: { physical: nowMs + 10_000, logical: 3 },
    });
    set.remove('b', ['00000000-0000-4000-8000-000000000002'], {
      ...base,
      timestamp: { physical: nowMs + 10_000, logical: 4 },
    });
    const { watchlist } = setup({ nowMs }, set);
    expect(watchlist.add('c').timestamp).toEqual({ physical: nowMs + 10_000, logical: 5 });
  });
});

test('the list is the newest first, by the first live add of each content', () => {
  const { watchlist, wall } = setup();
  watchlist.add('first');
  wall.nowMs += 10;
  watchlist.add('second');
  wall.nowMs += 10;
  watchlist.add('first');
  expect(watchlist.list().map(({ contentId }) => contentId)).toEqual(['second', 'first']);
});

describe('whenDurable', () => {
  test('[GC1] resolves only after the port has answered', async () => {
    const { watchlist, port } = setup();
    const held = port.hold();
    watchlist.add('film');
    let isDurable = false;
    const durable = watchlist.whenDurable().then(() => (isDurable = true));
    await Promise.resolve();
    expect(isDurable).toBe(false);
    held[0]?.resolve(APPLIED);
    await durable;
    expect(isDurable).toBe(true);
  });

  test('rejects when the port fails, and the item stays readable', async () => {
    const { watchlist, port } = setup();
    port.answer = () => Promise.reject(new CuepointError('storage_failed', 'The disk is full.'));
    watchlist.add('film');
    await expect(watchlist.whenDurable()).rejects.toMatchObject({ code: 'storage_failed' });
    expect(watchlist.contains('film')).toBe(true);
  });

  test('rejects when the port throws instead of giving a promise', async () => {
    const { watchlist, port } = setup();
    port.answer = () => {
      throw new Error('not open');
    };
    expect(() => watchlist.add('film')).not.toThrow();
    await expect(watchlist.whenDurable()).rejects.toThrow('not open');
  });

  test.each(['clock_ahead', 'tag_reused', 'stale_op', 'change_refused'] as const)(
    'rejects with %s when the port refuses the op for it',
    async (code) => {
      const { watchlist, port } = setup();
      port.answer = () => Promise.resolve({ result: 'rejected', code });
      watchlist.add('film');
      await expect(watchlist.whenDurable()).rejects.toMatchObject({ code });
    },
  );

  test('resolves when something greater is stored, and the winner is then in memory', async () => {
    const { watchlist, port, wall } = setup();
    port.answer = (op) =>
      Promise.resolve({
        result: 'superseded',
        winner: {
          kind: 'watchlist.remove',
          contentId: 'film',
          tags: 'tag' in op ? [op.tag] : [],
          timestamp: { physical: wall.nowMs + 50, logical: 0 },
          deviceId: 'tv',
        },
      });
    watchlist.add('film');
    await watchlist.whenDurable();
    expect(watchlist.contains('film')).toBe(false);
    port.answer = () => Promise.resolve(APPLIED);
    expect(watchlist.add('other').timestamp).toEqual({ physical: wall.nowMs + 50, logical: 1 });
  });
});

describe('bad input', () => {
  test.each(['', '.', '..', 'x'.repeat(256), 'a\u0000', 'a\n', '\uD800', undefined, null, 7, {}])(
    'the content id %j is refused by name, nothing changes and nothing is stored',
    (contentId) => {
      const { watchlist, port } = setup();
      const refusal = { code: 'invalid_content_id', field: 'contentId' };
      expect(refusalOf(() => watchlist.add(untyped(contentId)))).toEqual(refusal);
      expect(refusalOf(() => watchlist.remove(untyped(contentId)))).toEqual(refusal);
      expect([watchlist.size, port.ops]).toEqual([0, []]);
    },
  );

  test.each(['__proto__', 'constructor', 'toString', "' or 1=1 --", '🎬'.repeat(255)])(
    'the content id %s is one like any other',
    (contentId) => {
      const { watchlist } = setup();
      expect(watchlist.contains(contentId)).toBe(false);
      watchlist.add(contentId);
      expect(watchlist.list().map((item) => item.contentId)).toEqual([contentId]);
      watchlist.remove(contentId);
      expect(watchlist.contains(contentId)).toBe(false);
    },
  );

  test('a user id that is no UUID, and a device id outside its alphabet, are refused by name', () => {
    expect(refusalOf(() => setup({ userId: 'anna' }))?.code).toBe('invalid_user_id');
    expect(refusalOf(() => setup({ deviceId: 'my phone' }))?.code).toBe('invalid_device_id');
  });

  test('[SQL7] one user has one spelling at the port, whatever case the id came in', () => {
    const userId = '8E1F6E2E-5A4B-4C59-9F0A-0D9F6A1C0001';
    const { watchlist, port } = setup({ userId });
    watchlist.add('film');
    expect([...port.userIds]).toEqual([userId.toLowerCase()]);
  });
});
