import { expect, test } from 'vitest';
import { answerFaults } from '../testing/answer-faults.ts';
import { historyIdOf, playIdsOf } from './items.ts';
import { pageHeaders, readPage } from './pages.ts';
import { toWatchedShow, toWatchedShowProgress, type ShowState } from './watched.ts';

const SHOW: ShowState = {
  show: {
    title: 'Made-up Show',
    year: 2019,
    ids: { trakt: 7, slug: 'made-up-show-2019-cp7', imdb: null, tmdb: null, tvdb: null },
  },
  resetMs: Date.UTC(2026, 0, 2),
  episodes: [
    { season: 0, number: 1, isAired: true, plays: 0, lastMs: undefined },
    { season: 1, number: 1, isAired: true, plays: 2, lastMs: Date.UTC(2026, 0, 3) },
    { season: 1, number: 2, isAired: true, plays: 1, lastMs: Date.UTC(2026, 0, 1) },
    { season: 1, number: 3, isAired: false, plays: 0, lastMs: undefined },
    { season: 2, number: 1, isAired: true, plays: 1, lastMs: undefined },
  ],
};
const faultsOf = (path: string, item: unknown) =>
  answerFaults({ method: 'GET', path, status: 200, body: [item] });

test('[TRK6] a key that a strict client does not know is a fault, and so is an empty season', () => {
  const item = toWatchedShow(SHOW);
  expect(faultsOf('/sync/watched/shows', item)).toEqual([]);
  expect(faultsOf('/sync/watched/shows', { ...item, percent: 3 })).not.toEqual([]);
  expect(faultsOf('/sync/watched/shows', { ...item, plays: null })).not.toEqual([]);
  const empty = { ...item, seasons: [{ number: 1, episodes: [] }] };
  expect(faultsOf('/sync/watched/shows', empty)).not.toEqual([]);
  const dated = { ...item, last_watched_at: '2026-01-01T00:00:00Z' };
  expect(faultsOf('/sync/watched/shows', dated)).not.toEqual([]);
  expect(answerFaults({ method: 'GET', path: '/no/schema', status: 200, body: {} })).toHaveLength(
    1,
  );
  expect(
    answerFaults({ method: 'GET', path: '/sync/history', status: 204, body: undefined }),
  ).toHaveLength(1);
  expect(
    answerFaults({ method: 'GET', path: '/sync/history', status: 412, body: [] }),
  ).toHaveLength(1);
});

test('[CW6] what was watched before a show was begun anew is not completed in this pass', () => {
  const item = toWatchedShowProgress(SHOW);
  expect(faultsOf('/sync/watched/shows?extended=progress', item)).toEqual([]);
  expect(item).toMatchObject({
    plays: 4,
    aired: 3,
    completed: 1,
    reset_at: '2026-01-02T00:00:00.000Z',
    last_watched_at: '2026-01-03T00:00:00.000Z',
  });
  expect(item.seasons).toMatchObject([
    { number: 1, aired: 2, completed: 1, episodes: [{ completed: true }, { completed: false }] },
    { number: 2, aired: 1, completed: 0, episodes: [{ completed: false, plays: 1 }] },
  ]);
});

test.each([
  'c954e54f-a445-4c05-8021-8cc9c6f89047',
  '00000000-0001-4000-8000-000000000000',
  'ffffffff-ffff-5fff-bfff-ffffffffffff',
])('the play %s has a number by which it is found again', (playId) => {
  const id = historyIdOf(playId);
  expect(Number.isSafeInteger(id)).toBe(true);
  const [from = '', to = ''] = playIdsOf(id) ?? [];
  expect(from <= playId && playId <= to).toBe(true);
});

test.each([0, -1, 1.5, 2 ** 48, Number.NaN])('no play has the number %d', (id) => {
  expect(playIdsOf(id)).toBeUndefined();
});

test.each([
  [{}, undefined],
  [{ page: 'x', limit: '-3' }, undefined],
  [{ limit: '10' }, { page: 1, limit: 10 }],
  [{ page: '3' }, { page: 3, limit: 100 }],
  [
    { page: '2', limit: '5000' },
    { page: 2, limit: 1_000 },
  ],
])('[TRK6] a page is asked for by %j', (query, expected) => {
  expect(readPage(query)).toEqual(expected);
});

test('[TRK6] headers say how much there is, of nothing too', () => {
  expect(pageHeaders(undefined, 0)['x-pagination-page-count']).toBe('0');
  expect(pageHeaders({ page: 9, limit: 3 }, 7)).toEqual({
    'x-pagination-page': '9',
    'x-pagination-limit': '3',
    'x-pagination-page-count': '3',
    'x-pagination-item-count': '7',
  });
});
