import { describe, expect, test } from 'vitest';
import { bodyOf } from '../http/take-bodies.ts';
import { notFound } from '../http/trakt-error.ts';
import { isSelf } from '../person.ts';
import { isSet, listOf, numberOf, textOf } from './fields.ts';
import { readItem, readListed, workOf } from './read-item.ts';
import { numberOfSlug, slugOf } from './slug.ts';

describe('an item of a request', () => {
  test('has ids as numbers, text, null or within others', () => {
    const item = readItem({
      movie: {
        title: ' A\u0000 film ',
        year: '1999',
        ids: { tmdb: '70', imdb: null, tvdb: 0, tvrage: 3, plex: { guid: null, slug: 'a-film' } },
      },
    });
    expect(item).toEqual({ type: 'movie', ids: { tmdb: 70 }, title: 'A  film', year: 1999 });
  });

  test('may be an episode by ids, by show and number, or by its number through all seasons', () => {
    const show = { title: 'A show', ids: { tvdb: '80' } };
    expect(readItem({ episode: { ids: { trakt: '12' } } })).toMatchObject({ number: 12, ids: {} });
    const placed = readItem({ show, episode: { season: 1, number: 4, title: 'Four', year: 2001 } });
    expect(placed).toEqual({
      type: 'episode',
      ids: {},
      title: 'Four',
      season: 1,
      episode: 4,
      show: { title: 'A show', ids: { tvdb: 80 } },
    });
    expect(placed && workOf(placed)).toEqual({
      type: 'episode',
      ids: {},
      title: 'Four',
      season: 1,
      episode: 4,
      series: { title: 'A show', ids: { tvdb: 80 } },
    });
    expect(readItem({ show, episode: { number_abs: 14 } })).toMatchObject({ absolute: 14 });
  });

  test('of Kodi outside of its library has season -1 and number -1: it is none', () => {
    const item = readItem({ show: { title: 'x.mkv' }, episode: { season: -1, number: -1 } });
    expect(item).toEqual({ type: 'episode', ids: {}, show: { title: 'x.mkv', ids: {} } });
  });

  test('in a list is of the kind of the list', () => {
    expect(readListed('show', { ids: { slug: 'a-show-cp9' } })).toEqual({
      type: 'show',
      ids: {},
      number: 9,
    });
    expect(readListed('season', { number: '2', ids: {}, show: { ids: { trakt: 9 } } })).toEqual({
      type: 'season',
      ids: {},
      season: 2,
      show: { ids: {}, number: 9 },
    });
    expect(readListed('episode', { ids: { tvdb: 5 } })).toEqual({
      type: 'episode',
      ids: { tvdb: 5 },
    });
  });

  test.each([{}, { movie: null }, { movie: [] }, { foreign: { ids: {} } }])(
    'there is none in %j',
    (body) => expect(readItem(body)).toBeUndefined(),
  );
});

describe('a slug', () => {
  test('[TRK2] ends in the number that counts, and no title is taken for one', () => {
    const slug = slugOf(2049, { title: 'Blade Runner 2049', year: 2017 });
    expect(slug).toBe('blade-runner-2049-2017-cp2049');
    expect(numberOfSlug(slug)).toBe(2049);
    expect(numberOfSlug('blade-runner-2049')).toBeUndefined();
    expect(numberOfSlug('x-cp0')).toBeUndefined();
    expect(numberOfSlug('x-cp2147483648')).toBeUndefined();
    expect(numberOfSlug(slugOf(7, { title: '???' }))).toBe(7);
  });
});

test('values of any kind are taken for what they say', () => {
  expect([true, 'true', 1, '1', false, 'no', null].map(isSet)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(listOf(null)).toEqual([]);
  expect(numberOf('')).toBeUndefined();
  expect(numberOf('12.5')).toBe(12.5);
  expect(textOf('  ')).toBeUndefined();
  expect(bodyOf({ body: [1] })).toEqual({});
  expect(notFound('Nothing.').body).toEqual({ error: 'not_found', error_description: 'Nothing.' });
});

test('a path means the caller by any of their names, and nobody else', () => {
  const person = { username: 'anna', name: 'Anna', ids: { slug: 'anna', uuid: 'u-1' } };
  expect(['me', 'anna', 'Anna', 'u-1'].every((user) => isSelf(person, user))).toBe(true);
  expect(isSelf(person, 'ben')).toBe(false);
});
