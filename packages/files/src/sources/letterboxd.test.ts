import { expect, it } from 'vitest';
import { fatesIn, filesIn, readAll, readZip, recordsIn } from '../testing/read-all.ts';

const letterboxd = { source: 'letterboxd' } as const;
const DIARY = 'Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date';
const REVIEWS = 'Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date';
const LIST = 'Date,Name,Year,Letterboxd URI';
const file = (...rows: readonly string[]) => rows.join('\r\n');
const film = { type: 'movie', ids: {}, title: 'Made-up, the Film', year: 1999 };

it('takes the watched date for the viewing, the link of the entry for its name', async () => {
  const diary = file(
    DIARY,
    '2026-02-02,"Made-up, the Film",1999,https://boxd.it/zzzz1,3.5,Yes,"home, dubbed",2026-02-01',
  );
  expect(recordsIn(await readAll(diary, { ...letterboxd, name: 'diary.csv' }))).toEqual([
    {
      work: film,
      says: {
        kind: 'play',
        when: { precision: 'day', day: '2026-02-01' },
        sourceId: 'https://boxd.it/zzzz1',
      },
    },
    {
      work: film,
      says: { kind: 'rating', value: 3.5, outOf: 5, when: { precision: 'day', day: '2026-02-02' } },
    },
  ]);
});

it('[IMP3] one viewing in diary and reviews is one; two links on one day are two; a review without its date is none', async () => {
  const readings = await readZip(
    {
      'letterboxd-x/diary.csv': file(
        DIARY,
        '2026-02-02,A,1999,https://boxd.it/1,,,,2026-02-01',
        '2026-02-02,A,1999,https://boxd.it/2,,,,2026-02-01',
        '2026-02-02,A,,,,,,2026-02-01',
      ),
      'letterboxd-x/reviews.csv': file(
        REVIEWS,
        '2026-02-02,A,1999,https://boxd.it/1,4,,"<b>Two\r\nlines</b>, and ""more""",,2026-02-01',
        '2026-02-03,B,1999,https://boxd.it/3,,,Words,,',
      ),
    },
    letterboxd,
  );
  expect(fatesIn(readings)).toEqual([
    '2 play',
    '3 play',
    '4 play',
    '2 ignored: repeated',
    '4 ignored: no_viewing',
  ]);
});

it('[IMP1] takes the day of logging for no viewing', async () => {
  const readings = await readZip(
    {
      'diary.csv': file(DIARY, '2026-02-02,A,1999,https://boxd.it/1,4,,,2026-02-01'),
      'watched.csv': file(LIST, '2026-02-02,A,1999,https://boxd.it/f1'),
      'ratings.csv': file(
        `${LIST},Rating`,
        '2026-02-02,A,1999,https://boxd.it/f1,5',
        '2026-02-02,A,1999,https://boxd.it/f1,9',
      ),
      'watchlist.csv': file(
        LIST,
        '2026-02-04,C,,https://boxd.it/f2',
        '2026-02-30,C,,https://boxd.it/f2',
        '2026-02-04,,,',
      ),
      'likes/films.csv': file(LIST, '2026-02-04,A,1999,https://boxd.it/f1'),
      'likes/reviews.csv': file(LIST, '2026-02-04,A,1999,https://boxd.it/f1'),
      'profile.csv': 'Date Joined\r\n2020-01-01',
      'deleted/diary.csv': file(DIARY, '2026-02-02,Gone,1999,https://boxd.it/9,,,,2026-02-01'),
      'orphaned/diary.csv': file(DIARY),
      'lists/watchlist.csv': 'Letterboxd list export v7',
      'comments.csv': 'x',
    },
    letterboxd,
  );
  expect(fatesIn(readings)).toEqual([
    '2 play',
    '2 watched',
    '2 rating',
    '3 unreadable: invalid_entry',
    '2 watchlist',
    '3 unreadable: invalid_date',
    '4 unreadable: no_work',
    '2 favorite',
  ]);
  expect(recordsIn(readings)[1]?.says).toEqual({ kind: 'watched', when: { precision: 'unknown' } });
  expect(filesIn(readings).filter((text) => text.endsWith('unknown_name'))).toHaveLength(6);
});

it('asks of a list without a name which one it is', async () => {
  const list = file(LIST, '2026-02-04,A,1999,https://boxd.it/f1');
  expect(filesIn(await readAll(list, { ...letterboxd, name: 'films (1).csv' }))).toEqual([
    'films (1).csv: unreadable: unknown_header',
  ]);
  for (const kind of ['watched', 'watchlist'] as const) {
    const readings = await readAll(list, {
      ...letterboxd,
      name: 'films (1).csv',
      options: { list: kind },
    });
    expect(fatesIn(readings)).toEqual([`2 ${kind}`]);
  }
  expect(fatesIn(await readAll(list, { ...letterboxd, name: 'watchlist.csv' }))).toEqual([
    '2 watchlist',
  ]);
});

it('reads a file with a header alone, and refuses one of something else', async () => {
  expect(filesIn(await readAll(DIARY, { ...letterboxd, name: 'diary.csv' }))).toEqual([
    'diary.csv: read',
  ]);
  expect(filesIn(await readAll('a,b\n1,2', { ...letterboxd, name: 'diary.csv' }))).toEqual([
    'diary.csv: unreadable: unknown_header',
  ]);
  expect(filesIn(await readAll('', { ...letterboxd, name: 'diary.csv' }))).toEqual([
    'diary.csv: unreadable: unknown_header',
  ]);
});

it('reads the form that Letterboxd imports', async () => {
  const importable = file(
    'tmdbID,imdbID,Title,Year,WatchedDate,Rating10',
    '70002,tt9900002,A,1999,2026-02-01,7',
    ',,B,,,',
  );
  const readings = await readAll(importable, { ...letterboxd, name: 'x.csv' });
  expect(fatesIn(readings)).toEqual(['2 play rating', '3 watched']);
  expect(recordsIn(readings)[0]?.work.ids).toEqual({ tmdb: 70002, imdb: 'tt9900002' });
});
