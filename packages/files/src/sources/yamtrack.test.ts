import { expect, it } from 'vitest';
import { fatesIn, readAll, recordsIn } from '../testing/read-all.ts';

const yamtrack = { source: 'yamtrack' } as const;
const HEADER =
  '"media_id","source","media_type","title","image","season_number","episode_number","score","progress","status","start_date","end_date","notes","created_at","progressed_at"';
const row = (cells: Readonly<Record<string, string>>) =>
  HEADER.split(',')
    .map((name) => `"${cells[name.slice(1, -1)] ?? ''}"`)
    .join(',');
const read = (...rows: readonly Readonly<Record<string, string>>[]) =>
  readAll([HEADER, ...rows.map(row)].join('\n'), yamtrack);

it('takes the end of an episode or a film for a viewing, and no date of a show or a season', async () => {
  const show = { media_id: '70001', source: 'tmdb', title: 'Made-up Show' };
  const readings = await read(
    {
      ...show,
      media_type: 'episode',
      season_number: '1',
      episode_number: '4',
      end_date: '2026-03-01 20:15:30+00:00',
      notes: 'two\nlines',
    },
    {
      ...show,
      media_type: 'episode',
      season_number: '1',
      episode_number: '4',
      end_date: '2026-03-02',
    },
    {
      ...show,
      media_type: 'tv',
      status: 'Completed',
      score: '7.5',
      start_date: '2026-03-01',
      end_date: '2026-03-02',
    },
    {
      ...show,
      media_type: 'season',
      season_number: '1',
      status: 'Completed',
      end_date: '2026-03-02',
    },
    {
      media_id: '70002',
      source: 'tmdb',
      media_type: 'movie',
      title: 'Film',
      status: 'Completed',
      created_at: '2026-03-02',
    },
    {
      media_id: '70003',
      source: 'tmdb',
      media_type: 'movie',
      title: 'Film',
      status: 'Planning',
      created_at: '2026-03-02',
    },
    { media_id: '5', source: 'mal', media_type: 'anime', title: 'Anime', status: 'Dropped' },
    {
      media_id: '5',
      source: 'igdb',
      media_type: 'game',
      title: 'Game',
      progress: '3h 00min',
      status: 'Completed',
    },
    { media_type: 'movie', status: 'Completed' },
  );
  expect(fatesIn(readings)).toEqual([
    '2 play',
    '4 play',
    '5 rating',
    '6 ignored: nothing_said',
    '7 watched',
    '8 watchlist',
    '9 dismissed',
    '10 ignored: other_medium',
    '11 unreadable: no_work',
  ]);
  const [first, second] = recordsIn(readings);
  expect(first).toEqual({
    work: {
      type: 'episode',
      ids: {},
      series: { ids: { tmdb: 70001 }, title: 'Made-up Show' },
      season: 1,
      episode: 4,
    },
    says: { kind: 'play', when: { precision: 'instant', at: '2026-03-01T20:15:30Z' } },
  });
  expect(second?.says).toEqual({ kind: 'play', when: { precision: 'day', day: '2026-03-02' } });
});

it('reads the columns and dates of older versions', async () => {
  const csv =
    'media_id,source,media_type,title,season_number,episode_number,score,repeats,status,watch_date\n70002,tmdb,movie,Film,,,,2,Completed,09/03/2021';
  const readings = await readAll(csv, yamtrack);
  expect(recordsIn(readings).map(({ says }) => says)).toEqual([
    { kind: 'play', when: { precision: 'day', day: '2021-09-03' } },
    { kind: 'count', atLeast: 3 },
  ]);
});

it('[IMP1] takes a time without a zone for a day, or for the zone that was picked', async () => {
  const film = {
    media_id: '70002',
    source: 'tmdb',
    media_type: 'movie',
    end_date: '2026-03-01 23:30:00',
  };
  const says = async (zone?: string) =>
    recordsIn(
      await readAll([HEADER, row(film)].join('\n'), {
        ...yamtrack,
        ...(zone ? { options: { zone } } : {}),
      }),
    )[0]?.says;
  expect(await says()).toMatchObject({ when: { precision: 'day', day: '2026-03-01' } });
  expect(await says('Asia/Tokyo')).toMatchObject({
    when: { precision: 'instant', at: '2026-03-01T14:30:00Z' },
  });
});
