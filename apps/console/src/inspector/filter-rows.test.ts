import { expect, it } from 'vitest';
import { filterOps, filterUser } from './filter-rows.ts';
import type { InspectedUser, RegisterRow, TagRow } from './inspected-user.ts';

const written = { timestamp: '000000000001-0000', at: '1970-01-01T00:00:00.001Z', deviceId: 'tv' };
const tag = (contentId: string, deviceId: string): TagRow => ({
  contentId,
  tag: 'c0ffee',
  isLive: true,
  added: { ...written, deviceId },
  removed: null,
});
const register: RegisterRow = {
  contentId: 'Metropolis',
  isCleared: false,
  positionSeconds: 1,
  durationSeconds: 2,
  state: 'paused',
  written,
};
const user: InspectedUser = {
  userId: 'anna',
  serverTime: 0,
  watchlist: {
    items: [tag('Metropolis', 'tv'), tag('Alien', 'phone')],
    isTruncated: true,
  },
  watching: { items: [], isTruncated: false },
  progress: { items: [register], isTruncated: false },
  registers: { items: [], isTruncated: false },
  plays: { items: [], isTruncated: false },
  devices: { items: [], isTruncated: false },
  sessions: [],
};
const left = (filter: string) =>
  filterUser(user, filter).watchlist.items.map(({ contentId }) => contentId);

it.each([
  ['', ['Metropolis', 'Alien']],
  ['  ', ['Metropolis', 'Alien']],
  ['metro', ['Metropolis']],
  ['PHONE', ['Alien']],
  ['c0ffee tv', ['Metropolis']],
  ['metropolis phone', []],
  ['contentId', []],
])('the filter %j leaves %j', (filter, expected) => {
  expect(left(filter)).toEqual(expected);
});

it('says that there are more all the same', () => {
  expect(filterUser(user, 'metro').watchlist).toMatchObject({ isTruncated: true });
});

it('looks at the ops of the tail as well', () => {
  const line = {
    type: 'op',
    serverTime: 0,
    source: 'here',
    result: 'superseded',
    op: { kind: 'progress.clear', contentId: 'Alien', timestamp: '', deviceId: 'tv' },
  } as const;
  expect(filterOps([line], 'alien superseded')).toHaveLength(1);
  expect(filterOps([line], 'applied')).toHaveLength(0);
});
