import { expect, it } from 'vitest';
import { fatesIn, filesIn, readAll, recordsIn } from '../testing/read-all.ts';

const simkl = { source: 'simkl', name: 'simkl.json' } as const;
const read = (value: unknown) => readAll(JSON.stringify(value), simkl);
const ids = { simkl: 1, imdb: 'tt9900002', tmdb: '70002', tvdb: '', mal: '5' };
const movie = { title: 'Made-up, the Film', year: 1999, ids };

it('reads films by their status, and a date of the epoch as unknown', async () => {
  const readings = await read({
    movies: [
      {
        last_watched_at: '1970-01-01T00:00:01Z',
        user_rating: null,
        status: 'completed',
        memo: {},
        movie,
      },
      {
        last_watched_at: '1970-01-01T00:00:00Z',
        user_rating: 9,
        user_rated_at: '2026-01-02T03:04:05Z',
        status: 'completed',
        movie,
      },
      { added_to_watchlist_at: '2026-01-02T03:04:05Z', status: 'plantowatch', movie },
      { status: 'dropped', movie },
      { status: 'hold', memo: { text: 'x' }, movie },
      { status: 'completed' },
      { status: 'completed', last_watched_at: 'soon', movie },
    ],
  });
  expect(fatesIn(readings)).toEqual([
    '1 play',
    '2 play rating',
    '3 watchlist',
    '4 dismissed',
    '5 ignored: nothing_said',
    '6 unreadable: no_work',
    '7 unreadable: invalid_date',
  ]);
  const records = recordsIn(readings);
  expect(records[0]).toEqual({
    work: {
      type: 'movie',
      ids: { imdb: 'tt9900002', tmdb: 70002, simkl: 1, mal: 5 },
      title: 'Made-up, the Film',
      year: 1999,
    },
    says: { kind: 'play', when: { precision: 'unknown' } },
  });
  expect(records[1]?.says).toMatchObject({ when: { precision: 'unknown' } });
});

it('makes up no episode, and takes films among anime for films', async () => {
  const show = { title: 'Made-up Show', ids: { simkl: 2 } };
  const seasons = [
    { number: 1, episodes: [{ number: 1, watched_at: '2026-01-02T03:04:05Z' }, { number: 2 }] },
  ];
  const readings = await read({
    shows: [
      { status: 'completed', watched_episodes_count: 12, show },
      { status: 'watching', show, seasons },
    ],
    anime: [
      {
        status: 'completed',
        anime_type: 'movie',
        last_watched_at: '2026-01-02T03:04:05Z',
        show: { ...show, title: 'Film' },
        seasons,
      },
    ],
  });
  expect(fatesIn(readings)).toEqual(['1 ignored: nothing_said', '2 play play', '1 play']);
  expect(
    recordsIn(readings).map(({ work, says }) => [work.type, 'when' in says && says.when.precision]),
  ).toEqual([
    ['episode', 'instant'],
    ['episode', 'unknown'],
    ['movie', 'instant'],
  ]);
});

it('refuses what is no backup', async () => {
  expect(filesIn(await read({ a: 1 }))).toEqual(['simkl.json: unreadable: unknown_header']);
  expect(filesIn(await readAll('{', simkl))).toEqual(['simkl.json: unreadable: invalid_json']);
  expect(filesIn(await readAll('a,b\n', simkl))).toEqual([
    'simkl.json: unreadable: unknown_header',
  ]);
});

const CSV =
  'SIMKL_ID,Title,Type,Year,Watchlist,LastEpWatched,WatchedDate,Rating,Memo,TVDB,TMDB,IMDB';

it('of the CSV takes a plan for no viewing, and the last episode alone', async () => {
  const csv = [
    CSV,
    '1,A,movie,1999,completed,,2026-02-01,8,,,70002,tt9900002',
    '2,B,tv,2019,watching,S03E04,03-09-2021 18:05:06,,,80001,,',
    '2,B,tv,2019,plantowatch,,13/09/2021 18:05,,,80001,,',
    '3,C,anime,2019,completed,7,,,,,,',
    '4,D,movie,1999,completed,,30/02/2021,,,,,',
  ].join('\n');
  const readings = await readAll(csv, { ...simkl, name: 'x.csv' });
  expect(fatesIn(readings)).toEqual([
    '2 play rating',
    '3 play',
    '4 watchlist',
    '5 ignored: nothing_said',
    '6 unreadable: invalid_date',
  ]);
  expect(recordsIn(readings)[2]).toEqual({
    work: {
      type: 'episode',
      ids: {},
      series: { ids: { tvdb: 80001, simkl: 2 }, title: 'B', year: 2019 },
      season: 3,
      episode: 4,
    },
    says: { kind: 'play', when: { precision: 'day', day: '2021-09-03' } },
  });
});

it('[IMP1] reads no date of a file whose rows contradict each other', async () => {
  const csv = [
    CSV,
    '1,A,movie,1999,completed,,13/09/2021 18:05,,,,,',
    '1,A,movie,1999,completed,,09/13/2021 18:05,,,,,',
    '1,A,movie,1999,completed,,2021-09-13,,,,,',
  ].join('\n');
  expect(fatesIn(await readAll(csv, { ...simkl, name: 'x.csv' }))).toEqual([
    '2 unreadable: ambiguous_date',
    '3 unreadable: ambiguous_date',
    '4 play',
  ]);
});
