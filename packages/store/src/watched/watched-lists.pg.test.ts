import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEST_DATABASES, type TestDatabase } from '../testing/databases.ts';
import { costOf } from '../testing/read-cost.ts';
import { createWatchedLists, type PlaysFilter, type WatchedLists } from './watched-lists.ts';

const EPISODES = 2_000;
const ALL: PlaysFilter = { types: ['movie', 'episode'], known: [], without: [] };
const DAY_MS = 86_400_000;
const FIRST_MS = Date.parse('2021-01-01T00:00:00Z');

describe.each(TEST_DATABASES)('what a user watched on $name', ({ open, catchUp }) => {
  const userId = randomUUID();
  const otherId = randomUUID();
  let opened: TestDatabase;
  let lists: WatchedLists;
  const [changed, mark] =
    catchUp === 'counter' ? ['changed_version', '1'] : ['changed_xid', "'3'::xid8"];

  beforeAll(async () => {
    opened = await open();
    lists = createWatchedLists(opened.database);
    await opened.sql(
      `insert into cuepoint.catalogue_contents (content_id, facts, updated_at)
       select 'e-' || n, jsonb_build_object(
         'type', 'episode', 'seriesId', 's-' || n / 20, 'season', 1, 'episode', n % 20, 'releasedAt', '2020-01-01T10:00:00.5Z'
       ), now()
       from generate_series(0, $1::integer - 1) n`,
      [EPISODES],
    );
    await opened.sql(
      `insert into cuepoint.catalogue_contents (content_id, facts, updated_at)
       values ('film', '{"type": "movie"}', now()), ('clip', '{"type": "video"}', now())`,
    );
    for (const user of [userId, otherId]) {
      await opened.sql(
        `insert into cuepoint.user_plays (
           user_id, play_id, content_id, watched_at, watched_precision, source, timestamp_physical, timestamp_logical, device_id,
           ${changed}
         )
         select
           $1, gen_random_uuid(), content_id, '2021-01-01T00:00:00Z'::timestamptz + n * interval '1 day', 'instant', 'tests', 1, 0, 'tv',
           ${mark}
         from unnest($2::varchar[]) with ordinality as names (content_id, n)`,
        [
          user,
          ['film', 'film', 'clip', 'nowhere', ...Array.from({ length: 500 }, (_, n) => `e-${n}`)],
        ],
      );
    }
    await play('film', '2021-01-02T01:00:00Z', 'instant');
    await play('own-film', null, null);
    await play('e-0', '2021-03-01T00:00:00Z', 'day');
    await say('content', 'own-film', { type: 'movie' });
    await say('content', 'e-1', { type: 'episode', season: 7 });
    await say('watched', 'e-1999', { at: '2022-02-02' });
    await say('watched', 'e-3', null);
  });
  afterAll(() => opened.destroy());

  const play = (contentId: string, at: string | null, precision: string | null) =>
    opened.sql(
      `insert into cuepoint.user_plays (
         user_id, play_id, content_id, watched_at, watched_precision, timestamp_physical, timestamp_logical, device_id, ${changed}
       ) values ($1, $2, $3, $4, $5, 1, 0, 'tv', ${mark})`,
      [userId, randomUUID(), contentId, at, precision],
    );
  const say = (kind: string, key: string, value: object | null) =>
    opened.sql(
      `insert into cuepoint.user_registers (
         user_id, kind, key, value, timestamp_physical, timestamp_logical, device_id, ${changed}
       ) values ($1, $2, $3, $4::jsonb, 77, 0, 'tv', ${mark})`,
      [userId, kind, key, value === null ? null : JSON.stringify(value)],
    );

  test('names come with plays, marks, and where they belong', async () => {
    const watched = new Map((await lists.readWatched(userId)).map((one) => [one.name, one]));
    expect(watched.size).toBe(505);
    expect(watched.get('e-0')).toMatchObject({
      type: 'episode',
      seriesId: 's-0',
      season: 1,
      episode: 0,
      plays: [
        { atMs: Date.parse('2021-01-06'), isDay: false, source: 'tests' },
        { atMs: Date.parse('2021-03-01'), isDay: true, source: undefined },
      ],
    });
    expect(watched.get('e-1')).toMatchObject({ season: 7, episode: 1, seriesId: 's-0' });
    expect(watched.get('own-film')).toMatchObject({
      type: 'movie',
      plays: [{ atMs: undefined }],
    });
    expect(watched.get('nowhere')?.type).toBeUndefined();
    expect(watched.get('e-3')?.mark).toEqual({ isWatched: false, claimMs: 77, atMs: undefined });
    expect(watched.get('e-1999')).toMatchObject({
      plays: [],
      seriesId: 's-99',
      mark: { isWatched: true, atMs: Date.parse('2022-02-02') },
    });
    const some = await lists.readWatched(userId, ['film', 'none']);
    expect(some.map(({ name, plays }) => [name, plays.length])).toEqual([['film', 3]]);
    expect(await lists.readWatched(randomUUID())).toEqual([]);
  });

  test('[PLY1] plays that may tell of one viewing are found, and pages go without those that do', async () => {
    const close = await lists.listClosePlays(userId);
    expect(close.map(({ contentId }) => contentId)).toEqual(['film', 'film', 'film']);
    const without = close.slice(1, 2).map(({ playId }) => playId);
    const filter = { ...ALL, types: ['movie'], without };
    expect(await lists.countPlays(userId, filter)).toBe(3);
    const first = await lists.listPlays(userId, { ...filter, offset: 0, limit: 2 });
    const second = await lists.listPlays(userId, { ...filter, offset: 2, limit: 2 });
    expect([...first, ...second].map(({ contentId }) => contentId)).toEqual([
      'film',
      'film',
      'own-film',
    ]);
    expect(new Set([...first, ...second].map(({ playId }) => playId)).size).toBe(3);
  });

  test('pages are by type, time, contents and names that are known otherwise', async () => {
    const count = (filter: Partial<PlaysFilter>) => lists.countPlays(userId, { ...ALL, ...filter });
    expect(await count({})).toBe(505);
    expect(await count({ types: ['episode'] })).toBe(501);
    expect(await lists.listUnknownPlayed(userId)).toEqual(['nowhere']);
    expect(await count({ types: ['movie'], known: ['nowhere'] })).toBe(5);
    expect(await count({ fromMs: FIRST_MS + 5 * DAY_MS, toMs: FIRST_MS + 6 * DAY_MS })).toBe(2);
    expect(await count({ types: [], known: ['film'], contentIds: ['film', 'e-0'] })).toBe(3);
  });

  test('a play is found by the beginning of its id', async () => {
    const [one] = await lists.listPlays(userId, { ...ALL, offset: 0, limit: 1 });
    const begin = one?.playId.slice(0, 13);
    const range = [`${begin}-0000-0000-000000000000`, `${begin}-ffff-ffff-ffffffffffff`] as const;
    expect(await lists.findPlays(userId, [range])).toEqual([one]);
    expect(await lists.findPlays(randomUUID(), [range])).toEqual([]);
  });

  test('a series tells of its episodes, by the catalogue and by the user', async () => {
    const known = await lists.readSeriesEpisodes(userId, ['s-0', 's-none']);
    expect([...known.keys()]).toEqual(['s-0']);
    expect(known.get('s-0')).toHaveLength(20);
    expect(known.get('s-0')?.[3]).toEqual([1, 3, '2020-01-01T10:00:00.5Z']);
  });

  test.each(['no statistics', 'fresh statistics'])(
    '[OPS3] with %s last changes cost the ends of indexes',
    async (statistics) => {
      if (statistics === 'fresh statistics') await opened.sql('analyze');
      const changes = await lists.readLastChanges(userId);
      expect(changes.playedMs).toBeGreaterThan(0);
      expect(changes.watchlistedMs).toBeUndefined();
      const cost = await costOf(opened.database, (database) =>
        createWatchedLists(database).readLastChanges(userId),
      );
      expect(cost.all).toBeLessThanOrEqual(100);
    },
  );
});
