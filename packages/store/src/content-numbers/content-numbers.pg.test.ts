import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { POSTGRES, TEST_DATABASES, type TestDatabase } from '../testing/databases.ts';
import { createContentNumbers } from './content-numbers.ts';

const CALLER = 'caller';
const INTEGER_MAX = 2 ** 31 - 1;

describe.each(TEST_DATABASES)('numbers of contents on $name', ({ open }) => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.destroy());

  const instance = () => createContentNumbers(opened.database);

  test('[TRK2] a content has one number below 2^31, on every instance and after a start', async () => {
    const first = await instance().numbersOf(CALLER, ['tmdb:movie:1', 'tmdb:tv:1']);
    const again = await instance().numbersOf(CALLER, ['tmdb:tv:1', 'tmdb:movie:1', 'other']);
    expect(again.get('tmdb:movie:1')).toBe(first.get('tmdb:movie:1'));
    expect(again.get('tmdb:tv:1')).toBe(first.get('tmdb:tv:1'));
    expect(new Set(again.values()).size).toBe(3);
    for (const number of again.values()) {
      expect(number).toBeGreaterThanOrEqual(1);
      expect(number).toBeLessThanOrEqual(INTEGER_MAX);
    }
    const names = await instance().namesOf(CALLER, [...again.values(), INTEGER_MAX]);
    expect([...names.values()].toSorted()).toEqual(['other', 'tmdb:movie:1', 'tmdb:tv:1']);
  });

  test('[TRK2] instances that see the same contents first at one time give them the same numbers', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `race:${index}`);
    const given = await Promise.all(
      Array.from({ length: 8 }, (_, turn) =>
        instance().numbersOf(CALLER, turn % 2 === 0 ? names : names.toReversed()),
      ),
    );
    const [one = new Map<string, number>()] = given;
    expect(new Set(one.values()).size).toBe(names.length);
    for (const other of given) {
      expect(names.map((name) => other.get(name))).toEqual(names.map((name) => one.get(name)));
    }
  });

  test('a name that is there takes no other number from those that are left', async () => {
    const numbers = instance();
    const before = await numbers.numbersOf(CALLER, ['left:1']);
    for (let turn = 0; turn < 5; turn += 1) {
      await instance().numbersOf(CALLER, ['left:1', 'tmdb:movie:1']);
    }
    const after = await numbers.numbersOf(CALLER, ['left:2']);
    expect((after.get('left:2') ?? 0) - (before.get('left:1') ?? 0)).toBe(1);
  });
});

test('[TRK2] an instance that waits for another one to give a number takes that one', async () => {
  const opened = await POSTGRES.open();
  try {
    await using other = await opened.connect();
    await other.query('begin');
    const [given] = await other.query<{ number: number }>(
      "insert into cuepoint.content_numbers (name) values ('held') returning number",
    );
    const asked = createContentNumbers(opened.database).numbersOf(CALLER, ['held']);
    let waiting: unknown[] = [];
    while (waiting.length === 0) {
      waiting = await other.query(
        'select 1 from pg_stat_activity where $1 = any(pg_blocking_pids(pid))',
        [other.backendPid],
      );
    }
    await other.query('commit');
    expect((await asked).get('held')).toBe(given?.number);
  } finally {
    await opened.destroy();
  }
});
