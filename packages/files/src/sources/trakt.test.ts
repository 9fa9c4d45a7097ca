import { expect, it } from 'vitest';
import { fatesIn, filesIn, readAll, readZip, recordsIn } from '../testing/read-all.ts';

const trakt = { source: 'trakt' } as const;
const json = JSON.stringify;
const film = (id: number) => ({
  title: 'Made-up, the Film',
  year: 1999,
  ids: { trakt: id, slug: `made-up-${id}`, imdb: null, tmdb: '70002', plex: { guid: null } },
});
const show = {
  title: 'Made-up Show',
  year: 2019,
  aired_episodes: 12,
  ids: {
    trakt: 90001,
    slug: 'made-up-show',
    tvdb: 80001,
    imdb: 'tt9900001',
    tmdb: 70001,
    tvrage: 4,
  },
};
const episode = {
  season: 0,
  number: 2,
  title: 'Made-up Special',
  ids: { trakt: 900001, tvdb: 800001, imdb: null, tmdb: 700001 },
};
const series = {
  ids: { trakt: 90001, slug: 'made-up-show', tvdb: 80001, imdb: 'tt9900001', tmdb: 70001 },
  title: 'Made-up Show',
  year: 2019,
};
const special = {
  type: 'episode',
  ids: { trakt: 900001, tvdb: 800001, tmdb: 700001 },
  title: 'Made-up Special',
  series,
  season: 0,
  episode: 2,
};

it('reads history with its own ids, past 2^32 too, of films and episodes', async () => {
  const history = [
    {
      id: 12_000_000_001,
      watched_at: '2026-04-01T11:10:00.000Z',
      action: 'scrobble',
      type: 'episode',
      episode,
      show,
    },
    {
      id: 2,
      watched_at: '2026-04-01T11:10:00.000Z',
      action: 'watch',
      type: 'movie',
      movie: film(1),
    },
  ];
  const readings = await readZip({ 'watched-history.json': json(history) }, trakt);
  const when = { precision: 'instant', at: '2026-04-01T11:10:00Z' };
  expect(recordsIn(readings)).toEqual([
    { work: special, says: { kind: 'play', when, sourceId: '12000000001' } },
    {
      work: {
        type: 'movie',
        ids: { trakt: 1, slug: 'made-up-1', tmdb: 70002 },
        title: 'Made-up, the Film',
        year: 1999,
      },
      says: { kind: 'play', when, sourceId: '2' },
    },
  ]);
});

it.each([
  ['2026-04-01T00:00:00.000Z', 'watch', { precision: 'day', day: '2026-04-01' }],
  ['2026-04-01T12:00:00.000Z', 'checkin', { precision: 'day', day: '2026-04-01' }],
  ['2026-04-01T00:00:00.000Z', 'scrobble', { precision: 'instant', at: '2026-04-01T00:00:00Z' }],
  ['unknown', 'watch', { precision: 'unknown' }],
  ['released', 'watch', { precision: 'unknown' }],
  [null, 'watch', { precision: 'unknown' }],
  [undefined, 'watch', { precision: 'unknown' }],
  ['1970-01-01T00:00:00.000Z', 'watch', { precision: 'unknown' }],
])('[IMP1] takes %s of a %s for what it is', async (watched_at, action, when) => {
  const history = [{ id: 1, watched_at, action, movie: film(1) }];
  const [record] = recordsIn(await readZip({ 'watched-history.json': json(history) }, trakt));
  expect(record?.says).toEqual({ kind: 'play', when, sourceId: '1' });
});

it('knows both layouts, and reads parts in the order of their numbers', async () => {
  const part = (id: number) =>
    json([{ id, watched_at: '2026-04-01T11:10:00.000Z', movie: film(id) }]);
  const readings = await readZip(
    {
      'Someone/watched/history-10.json': part(10),
      'Someone/watched/history-9.json': part(9),
      'someone/watched/watched-movies.json': json([
        { plays: 3, last_watched_at: null, movie: film(9) },
      ]),
      'someone/lists/watchlist.json': json([{ listed_at: '2026-01-02T03:04:05.000Z', show }]),
      'WATCHED-PLAYBACK.JSON': json([
        { progress: 42.5, paused_at: '2026-01-02T03:04:05.000Z', movie: film(9) },
      ]),
      'lists-favorites.json': json([{ listed_at: '2026-01-02T03:04:05.000Z', movie: film(9) }]),
      'ratings-episodes-1.json': json([
        { rating: 8, rated_at: '2026-01-02T03:04:05.000Z', episode, show },
      ]),
      'hidden-progress-watched.json': json([{ hidden_at: '2026-01-02T03:04:05.000Z', show }]),
      'hidden-calendar.json': json([{ hidden_at: '2026-01-02T03:04:05.000Z', show }]),
      'lists-list-1-mine.json': '[]',
      'user-settings.json': '{}',
    },
    trakt,
  );
  const lines = readings.filter((reading) => reading.kind === 'line');
  expect(lines.map(({ file }) => file.split('/').at(-1))).toEqual([
    'history-9.json',
    'history-10.json',
    'watched-movies.json',
    'WATCHED-PLAYBACK.JSON',
    'watchlist.json',
    'lists-favorites.json',
    'ratings-episodes-1.json',
    'hidden-progress-watched.json',
  ]);
  expect(fatesIn(readings)).toEqual([
    '1 play',
    '1 play',
    '1 count',
    '1 progress',
    '1 watchlist',
    '1 favorite',
    '1 rating',
    '1 dismissed',
  ]);
});

it('[IMP2] says what the archive says that it lacks, and reads the rest', async () => {
  const errors = json([{ endpoint: 'sync/history', error: 'timeout' }, {}]);
  const readings = await readZip({ '_errors.json': errors, 'ratings-movies.json': '[]' }, trakt);
  expect(filesIn(readings)).toEqual([
    '_errors.json: incomplete: sync/history',
    '_errors.json: incomplete: a part',
    'ratings-movies.json: read',
  ]);
  const odd = await readZip({ '_errors.json': 'oops', 'ratings-movies.json': '[]' }, trakt);
  expect(filesIn(odd)).toEqual([
    '_errors.json: incomplete: unreadable',
    'ratings-movies.json: read',
  ]);
});

it('without a history takes the last viewing and the number of them; with one, only the number', async () => {
  const watched = [
    {
      plays: 3,
      last_watched_at: '2026-04-01T11:10:00.000Z',
      show,
      seasons: [
        {
          number: 0,
          episodes: [{ number: 2, plays: 2, last_watched_at: '2026-04-01T11:10:00.000Z' }],
        },
      ],
    },
  ];
  const file = { 'watched-shows-1.json': json(watched) };
  expect(fatesIn(await readZip(file, trakt))).toEqual(['1 play count']);
  expect(fatesIn(await readZip({ ...file, 'watched-history.json': '[]' }, trakt))).toEqual([
    '1 count',
  ]);
  const { seasons: _seasons, ...bare } = watched[0] ?? {};
  expect(fatesIn(await readZip({ 'watched-shows-1.json': json([bare]) }, trakt))).toEqual([
    '1 ignored: nothing_said',
  ]);
});

it('[IMP1] tells each entry that it cannot read, and goes on', async () => {
  const history = [
    7,
    { watched_at: '2026-02-30T00:00:00.000Z', movie: film(1) },
    { watched_at: '2026-02-03T04:05:06.000Z' },
    { watched_at: '2026-02-03T04:05:06.000Z', movie: { ids: {} } },
    { movie: film(1) },
  ];
  expect(fatesIn(await readZip({ 'watched-history.json': json(history) }, trakt))).toEqual([
    '1 unreadable: invalid_entry',
    '2 unreadable: invalid_date',
    '3 unreadable: no_work',
    '4 unreadable: no_work',
    '5 play',
  ]);
});

it('tells files that are not what their name says', async () => {
  const deep = '['.repeat(40) + ']'.repeat(40);
  const readings = await readZip(
    {
      'watched-history-1.json': '{"a": 1}',
      'watched-history-2.json': '[{',
      'watched-history-3.json': deep,
    },
    trakt,
  );
  expect(filesIn(readings)).toEqual([
    'watched-history-1.json: unreadable: unknown_header',
    'watched-history-2.json: unreadable: invalid_json',
    'watched-history-3.json: unreadable: invalid_json',
  ]);
});

it('reads what traktexport wrote, whole or in part', async () => {
  const file = {
    type: 'full',
    username: 'x',
    followers: [],
    history: [{ id: 1, watched_at: '2026-04-01T11:10:00Z', movie: film(1) }],
    watched: [{ plays: 1, last_watched_at: '2026-04-01T11:10:00Z', movie: film(1) }],
    watchlist: [{ listed_at: '2026-04-01T11:10:00Z', movie: film(2) }],
    ratings: [{ rating: 0, movie: film(1) }],
  };
  const readings = await readAll(json(file), { ...trakt, name: 'trakt.json' });
  expect(
    readings.flatMap((reading) =>
      reading.kind === 'line' ? [`${reading.file} ${reading.fate}`] : [],
    ),
  ).toEqual([
    'trakt.json#history taken',
    'trakt.json#watched taken',
    'trakt.json#watchlist taken',
    'trakt.json#ratings ignored',
  ]);
  expect(filesIn(await readAll('{"type": "full"}', { ...trakt, name: 'trakt.json' }))).toEqual([
    'trakt.json: unreadable: unknown_header',
  ]);
});
