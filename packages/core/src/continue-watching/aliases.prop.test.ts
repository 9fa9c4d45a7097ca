import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolveAliases, type AliasLink } from './aliases.ts';

const IDS = ['film:1', 'imdb:tt1', 'imdb:tt2', 'tmdb:movie:1', 'tmdb:movie:2', 'tvdb:9'];
const link = fc.record({ alias: fc.constantFrom(...IDS), contentId: fc.constantFrom(...IDS) });
const links = fc.array(link, { maxLength: 8 });
const namesOf = (some: readonly AliasLink[]) => IDS.map(resolveAliases(some).namesOf);

test('aliases mean the same in whatever order, and however often, they are learnt', () => {
  fc.assert(
    fc.property(links, fc.array(fc.nat()), (some, order) => {
      const shuffled = [...some, ...some]
        .map((one, index) => ({ one, at: order[index] ?? index }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ one }) => one);
      expect(namesOf(shuffled)).toEqual(namesOf(some));
    }),
  );
});

test('two names are one content where links lead from one to the other, and only there', () => {
  fc.assert(
    fc.property(links, (some) => {
      const { canonical, namesOf: names } = resolveAliases(some);
      for (const id of IDS) {
        const reached = reachedFrom(id, some);
        expect([...names(id)].sort()).toEqual([...reached].sort());
        expect([...reached].map(canonical)).toEqual([...reached].map(() => names(id)[0]));
      }
    }),
  );
});

test.each<[string, [string, string][], string]>([
  ['nothing', [], 'a'],
  ['a name of its own', [['a', 'a']], 'a'],
  ['another name', [['a', 'b']], 'b'],
  [
    'a chain',
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    'c',
  ],
  [
    'each other',
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    'a',
  ],
  [
    'one name of two contents',
    [
      ['a', 'c'],
      ['a', 'b'],
    ],
    'b',
  ],
])('%s settles', (_, pairs, expected) => {
  const some = pairs.map(([alias, contentId]) => ({ alias, contentId }));
  expect(resolveAliases(some).canonical('a')).toBe(expected);
});

function reachedFrom(id: string, some: readonly AliasLink[]): Set<string> {
  const reached = new Set([id]);
  for (const from of reached) {
    for (const { alias, contentId } of some) {
      if (alias === from) reached.add(contentId);
      if (contentId === from) reached.add(alias);
    }
  }
  return reached;
}
