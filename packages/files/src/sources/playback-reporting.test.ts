import { expect, it } from 'vitest';
import { fatesIn, filesIn, readAll, recordsIn } from '../testing/read-all.ts';

const jellyfin = { source: 'jellyfin', name: 'PlaybackReporting.tsv' } as const;
const ME = '3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d';
const row = (date: string, type: string, name: string, seconds = '2610', user = ME) =>
  [
    date,
    user,
    '1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b',
    type,
    name,
    'DirectPlay',
    'App',
    'TV',
    seconds,
  ].join('\t');

it('finds show, season and episode by the last sign of them', async () => {
  const text = [
    row('2025-12-24 18:30:00', 'Episode', 'Made-up - s1e1 - Show - s01e04 - Four - and "more"'),
    row('2025-12-24 18:30:00.1234567', 'Episode', 'Made-up Show - S01E04'),
    row('2025-12-24 18:30:00', 'Episode', 'Made-up Show - s00e00 - Special'),
    row('2025-12-24 18:30:00', 'Episode', 'Not Known - s01e01 - Not Known'),
    row('2025-12-24 18:30:00', 'Movie', 'Made-up, the Film'),
    row('2025-12-24 18:30:00', 'Movie', 'Made-up, the Film', '0'),
    row('2025-12-24 18:30:00', 'Audio', 'Song'),
    row('2025-02-30 18:30:00', 'Movie', 'Made-up, the Film'),
    'x\ty',
  ].join('\n');
  const readings = await readAll(text, jellyfin);
  expect(fatesIn(readings)).toEqual([
    '1 session',
    '2 session',
    '3 unreadable: no_work',
    '4 unreadable: no_work',
    '5 session',
    '6 ignored: no_viewing',
    '7 ignored: other_medium',
    '8 unreadable: invalid_date',
    '9 unreadable: invalid_entry',
  ]);
  expect(recordsIn(readings)[0]).toEqual({
    work: {
      type: 'episode',
      ids: {},
      title: 'Four - and "more"',
      series: { ids: {}, title: 'Made-up - s1e1 - Show' },
      season: 1,
      episode: 4,
    },
    says: { kind: 'session', when: { precision: 'day', day: '2025-12-24' }, playedSeconds: 2_610 },
  });
});

it('[IMP1] a row with Z is UTC; one without is a day, or of the zone that was picked', async () => {
  const text = [
    row('2025-12-24 18:30:00Z', 'Movie', 'A'),
    row('2025-12-24 18:30:00', 'Movie', 'A'),
  ].join('\n');
  const whens = async (options = {}) =>
    recordsIn(await readAll(text, { ...jellyfin, options })).map(
      ({ says }) => 'when' in says && says.when,
    );
  const utc = { precision: 'instant', at: '2025-12-24T18:30:00Z' };
  expect(await whens()).toEqual([utc, { precision: 'day', day: '2025-12-24' }]);
  expect(await whens({ zone: 'Europe/Berlin' })).toEqual([
    utc,
    { precision: 'instant', at: '2025-12-24T17:30:00Z' },
  ]);
});

it('takes nothing of several people before it is said whose it is', async () => {
  const other = '4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e';
  const text = [
    row('2025-12-24 18:30:00Z', 'Movie', 'Mine'),
    row('2025-12-24 18:30:00Z', 'Movie', 'Theirs', '100', other),
  ].join('\n');
  expect(filesIn(await readAll(text, jellyfin))).toEqual([
    'PlaybackReporting.tsv: unreadable: several_people',
  ]);
  const mine = await readAll(text, { ...jellyfin, options: { person: ME.toUpperCase() } });
  expect(recordsIn(mine).map(({ work }) => work.title)).toEqual(['Mine']);
});
