import { expect, it } from 'vitest';
import { fatesIn, filesIn, readZip, recordsIn } from '../testing/read-all.ts';

const tvtime = { source: 'tvtime' } as const;
const KEY = '0a0a0a0a-0000-4000-8000-000000000001-0b0b0b0b-0000-4000-8000-000000000002';
const instant = (at: string) => ({ precision: 'instant', at });

it('takes the episode from ep_id before episode_id, and its date as UTC', async () => {
  const csv = [
    'created_at,key,s_id,s_no,ep_no,ep_id,is_unitary,rewatch_count,series_name,season_number,episode_number,episode_id,gsi',
    `2021-05-06 19:20:21,watch-episode-${KEY},80001,0,4,8000104,false,0,Made-up Show (2018),1,9,777,`,
    `2021-05-07 19:20:21,rewatch-episode-${KEY},80001,,,,false,0,Made-up Show (2018),1,9,777,<nil>`,
    `2021-05-07 19:20:21,watch-episode-${KEY},80001,1,5,8000105,false,0,X,,,,watch-episode-1620415221`,
    '2021-05-07 19:20:21,user-series-x,80001,,,,,,,,,,',
    `2021-05-07 19:20:21,watch-episode-${KEY},,,,,,,,,,,`,
    `2021-02-29 19:20:21,watch-episode-${KEY},80001,1,5,8000105,false,0,X,,,,`,
  ].join('\n');
  const readings = await readZip(
    { 'Tracking_Prod-Records-V2.csv': csv, 'access_token.csv': 'secret' },
    tvtime,
  );
  expect(filesIn(readings)).toEqual([
    'access_token.csv: ignored: unknown_name',
    'Tracking_Prod-Records-V2.csv: read',
  ]);
  expect(fatesIn(readings)).toEqual([
    '2 play',
    '3 play',
    '4 play',
    '5 ignored: nothing_said',
    '6 unreadable: no_work',
    '7 unreadable: invalid_date',
  ]);
  const [first, second, third] = recordsIn(readings);
  const series = { ids: { tvdb: 80001 }, title: 'Made-up Show (2018)' };
  expect(first?.work).toEqual({
    type: 'episode',
    ids: { tvdb: 8000104 },
    series,
    season: 0,
    episode: 4,
  });
  expect(first?.says).toMatchObject({ when: instant('2021-05-06T19:20:21Z') });
  expect(second?.work).toEqual({
    type: 'episode',
    ids: { tvdb: 777 },
    series,
    season: 1,
    episode: 9,
  });
  expect(third?.says).toMatchObject({ when: instant('2021-05-07T19:20:21Z') });
});

it('reads films, with seconds, microseconds and days that are not there', async () => {
  const csv = [
    'uuid,type,entity_type,movie_name,alpha_range_key,release_date,watch_date,watch_date_range_key,created_at,rewatch_count',
    'u1,watch,movie,Made-up,made-up,0001-01-01,1620415221,,2021-05-08 00:00:00,3',
    'u1,rewatch,movie,Made-up,made-up,1999-03-04,1.620415221e+15,,2021-05-08 00:00:00,3',
    'u2,watch,movie,,the-other-one,0000-00-00,,watch-date-1620415221,2021-05-08 00:00:00,0',
    'u3,towatch,movie,Later,later,1999-03-04,,,2021-05-08 00:00:00,0',
    'u3,follow,movie,Later,later,1999-03-04,,,2021-05-08 00:00:00,0',
    'u4,watch,episode,,,,,,2021-05-08 00:00:00,0',
  ].join('\n');
  const readings = await readZip({ 'tracking-prod-records.csv': csv }, tvtime);
  expect(fatesIn(readings)).toEqual([
    '2 play',
    '3 play',
    '4 play',
    '5 watchlist',
    '6 ignored: nothing_said',
    '7 unreadable: no_work',
  ]);
  const records = recordsIn(readings);
  expect(records.slice(0, 3).map(({ says }) => 'when' in says && says.when)).toEqual(
    Array.from({ length: 3 }, () => instant('2021-05-07T19:20:21Z')),
  );
  expect(records.map(({ work }) => [work.title, work.year])).toEqual([
    ['Made-up', undefined],
    ['Made-up', 1999],
    ['the other one', undefined],
    ['Later', 1999],
  ]);
  const both = await readZip(
    { 'tracking-prod-records.csv': csv, 'tracking-prod-records-v2.csv': 'key,created_at' },
    tvtime,
  );
  expect(fatesIn(both).at(-1)).toBe('7 ignored: told_elsewhere');
});

it('keeps out a vote whose number nobody knows', async () => {
  const csv =
    'vote_key,movie_name,created_at\na-1-29,Made-up,2021-05-08 00:00:00\na-1-12,Made-up,2021-05-08 00:00:00';
  const readings = await readZip({ 'ratings-live-votes.csv': csv }, tvtime);
  expect(fatesIn(readings)).toEqual(['2 rating', '3 ignored: nothing_said']);
  expect(recordsIn(readings)[0]?.says).toMatchObject({ value: 8, outOf: 10 });
});

it('of the archive of 2026, CSV or JSON, takes only what was watched', async () => {
  const row = {
    series_tvdb_id: 80001,
    series_imdb_id: 'tt9900001',
    title: 'Made-up Show',
    season: 2018,
    episode: 4,
    tvdb_id: 8000104,
    watched_at: '2021-05-06T19:20:21Z',
  };
  const readings = await readZip(
    {
      'tvtime-series-episodes.json': JSON.stringify([
        { ...row, is_watched: true, rewatch_count: 2 },
        { ...row, is_watched: false },
        { ...row, is_watched: true, watched_at: null },
        4,
      ]),
      'tvtime-movies.csv':
        'uuid,tvdb_id,imdb_id,title,year,created_at,watched_at,is_watched,rewatch_count\nu,1,tt9900002,Made-up,1999,2021-05-06T19:20:21Z,,true,0\nu,2,,Other,2001,,,false,0',
      'tvtime-series.json': JSON.stringify([
        { title: 'Made-up Show', tvdb_id: 1, series_tvdb_id: 80001, status: 'stopped' },
        { title: 'Other', status: 'up_to_date' },
      ]),
      'tvtime-lists.json': '[]',
    },
    tvtime,
  );
  expect(fatesIn(readings)).toEqual([
    '1 play count',
    '2 ignored: not_watched',
    '3 play',
    '4 unreadable: invalid_entry',
    '2 play',
    '3 ignored: not_watched',
    '1 dismissed',
    '2 ignored: nothing_said',
  ]);
  const [first, count] = recordsIn(readings);
  expect(first?.work).toMatchObject({
    ids: { tvdb: 8000104 },
    series: { ids: { tvdb: 80001, imdb: 'tt9900001' }, title: 'Made-up Show' },
    season: 2018,
  });
  expect(count?.says).toEqual({ kind: 'count', atLeast: 3 });
});
