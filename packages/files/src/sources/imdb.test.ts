import { expect, it } from 'vitest';
import { fatesIn, readAll, recordsIn } from '../testing/read-all.ts';

const imdb = { source: 'imdb' } as const;
const LIST =
  'Position,Const,Created,Modified,Description,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors,Your Rating,Date Rated';
const list = [
  LIST,
  '1,tt9900002,2024-05-06,2024-05-06,,"Made-up, the Film",Made-up,https://www.imdb.com/title/tt9900002/,Movie,7.1,98,1999,"Drama, Crime",1000,1999-03-04,"A One, B Two",8,2024-05-07',
  '2,tt9900003,2024-05-06,2024-05-06,,"Show: Four: Five",,https://x/,TV Episode,null,,,,,2001-05,,,',
  '3,tt9900004,2024-05-06,2024-05-06,,Game,,https://x/,Video Game,,,,,,,,,',
  '4,nm0000001,2024-05-06,2024-05-06,,Person,,https://x/,,,,,,,,,,',
].join('\n');
const day = (text: string) => ({ precision: 'day', day: text });

it('reads a watchlist, with the ratings in it', async () => {
  const readings = await readAll(list, { ...imdb, name: 'WATCHLIST (2).csv' });
  expect(fatesIn(readings)).toEqual([
    '2 watchlist rating',
    '3 watchlist',
    '4 ignored: other_medium',
    '5 unreadable: no_work',
  ]);
  const work = { type: 'movie', ids: { imdb: 'tt9900002' }, title: 'Made-up', year: 1999 };
  expect(recordsIn(readings).slice(0, 2)).toEqual([
    { work, says: { kind: 'watchlist', when: day('2024-05-06') } },
    { work, says: { kind: 'rating', value: 8, outOf: 10, when: day('2024-05-07') } },
  ]);
});

it('takes another list for nothing but its ratings, unless it is said to be the watchlist', async () => {
  expect(fatesIn(await readAll(list, { ...imdb, name: 'ls01.csv' })).slice(0, 2)).toEqual([
    '2 rating',
    '3 ignored: nothing_said',
  ]);
  const said = await readAll(list, { ...imdb, name: 'ls01.csv', options: { list: 'watchlist' } });
  expect(fatesIn(said).slice(0, 2)).toEqual(['2 watchlist rating', '3 watchlist']);
});

it('[IMP1] takes the day of a rating for no viewing', async () => {
  const ratings =
    'Const,Your Rating,Date Rated,Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors\ntt9900002,8,2021-05-07,T,u,tvEpisode,null,,,,,,\ntt9900002,8,2021-02-29,T,u,movie,,,,,,,';
  const readings = await readAll(ratings, { ...imdb, name: 'ratings.csv' });
  expect(fatesIn(readings)).toEqual(['2 rating', '3 unreadable: invalid_date']);
});

it('reads files of 2015, and those in Windows-1252', async () => {
  const header =
    '"position","const","created","modified","description","Title","Title type","Directors","You rated","IMDb Rating","Runtime (mins)","Year","Genres","Num. Votes","Release Date (month/day/year)","URL"';
  const row =
    '"1","tt9900002","Sat Jan  3 23:30:00 2015","","","Caf\u00e9","Feature Film","","8","7.1","98","????","drama","1000","1999-03-04","u"';
  const bytes = Buffer.from(`${header}\n${row}`, 'latin1');
  const readings = await readAll(new Uint8Array(bytes), { ...imdb, name: 'ratings.csv' });
  expect(recordsIn(readings)).toEqual([
    {
      work: { type: 'movie', ids: { imdb: 'tt9900002' }, title: 'Café' },
      says: { kind: 'rating', value: 8, outOf: 10, when: day('2015-01-03') },
    },
  ]);
});
