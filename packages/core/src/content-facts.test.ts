import { expect, test } from 'vitest';
import { Check } from 'typebox/value';
import { ContentFactsSchema, faultOfFacts, type ContentFacts } from './content-facts.ts';

const EPISODE: ContentFacts = {
  type: 'episode',
  title: 'The long way round',
  seriesId: 'ferry',
  season: 2,
  episode: 3,
  durationSeconds: 2_700,
  creditsStartSeconds: 2_580,
  releasedAt: '2026-03-01T20:15:00+01:00',
  ids: { imdb: 'tt9900001', tvdb: 800_001 },
};

test('facts of a content are a closed object whose type is known', () => {
  expect(Check(ContentFactsSchema, EPISODE)).toBe(true);
  expect(Check(ContentFactsSchema, { type: 'live' })).toBe(true);
  for (const wrong of [
    {},
    { ...EPISODE, type: 'podcast' },
    { ...EPISODE, colour: 'red' },
    { ...EPISODE, title: '' },
    { ...EPISODE, title: 'a\u0000b' },
    { ...EPISODE, season: -1 },
    { ...EPISODE, episode: 1.5 },
    { ...EPISODE, creditsStartSeconds: 0 },
    { ...EPISODE, releasedAt: 'soon' },
    { ...EPISODE, releasedAt: '2026-03-01T20:15:00' },
    { ...EPISODE, ids: { imdb: 7 } },
    JSON.parse('{"type":"movie","__proto__":{"title":"x"}}'),
  ]) {
    expect({ wrong, isTaken: Check(ContentFactsSchema, wrong) }).toEqual({ wrong, isTaken: false });
  }
});

test.each<[string, ContentFacts, string | undefined]>([
  ['an episode of a series', EPISODE, undefined],
  ['an episode that is its own series', { ...EPISODE, seriesId: 'e1' }, 'seriesId'],
  ['a series of a series', { type: 'series', seriesId: 'ferry' }, 'seriesId'],
  ['a 30th of February', { type: 'movie', releasedAt: '2026-02-30' }, 'releasedAt'],
  ['a leap day', { type: 'movie', releasedAt: '2028-02-29' }, undefined],
])('what no schema sees: %s', (_, facts, field) => {
  expect(faultOfFacts('e1', facts)).toBe(field);
});
