import type { WatchedLists } from '@cuepoint/store';
import { expect, test } from 'vitest';
import { countListRows } from './count-list-rows.ts';

const USER = 'somebody';
const some = (count: number): never[] => Array.from({ length: count }) as never[];

test("[SEC3] what Trakt's lists read counts for whom it is read, an episode of a series each", async () => {
  const lists: WatchedLists = {
    readWatched: async () => some(3),
    readSeriesEpisodes: async () =>
      new Map([
        ['a', some(20)],
        ['b', some(10)],
      ]),
    listClosePlays: async () => some(100),
    listUnknownPlayed: async () => some(200),
    listPlays: async () => some(1_000),
    findPlays: async () => some(2_000),
    countPlays: async () => 50_000,
    readLastChanges: async () => ({}) as never,
  };
  const added: unknown[] = [];
  const counted = countListRows(lists, { add: (user, rows) => added.push([user, rows]) });
  const filter = { types: [], known: [], without: [] };
  await counted.readWatched(USER);
  await counted.readSeriesEpisodes(USER, ['a', 'b']);
  await counted.listClosePlays(USER);
  await counted.listUnknownPlayed(USER);
  await counted.listPlays(USER, { ...filter, offset: 0, limit: 1_000 });
  await counted.findPlays(USER, []);
  expect(await counted.countPlays(USER, filter)).toBe(50_000);
  expect(added).toEqual([3, 30, 100, 200, 1_000, 2_000].map((rows) => [USER, rows]));
});
