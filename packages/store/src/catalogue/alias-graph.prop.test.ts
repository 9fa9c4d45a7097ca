import { resolveAliases, type AliasLink } from '@cuepoint/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AliasGraph, NAMES_PER_CONTENT_MAX } from './alias-graph.ts';

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const edge: fc.Arbitrary<AliasLink> = fc.record({ alias: name, contentId: name });

test('names mean one content or two, whatever was joined, refused and parted before', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(edge, fc.record({ gone: name })), { maxLength: 30 }), (steps) => {
      const graph = new AliasGraph();
      const said = new Map<string, string>();
      for (const step of steps) {
        if ('gone' in step) {
          graph.remove(step.gone);
          said.delete(step.gone);
        } else if (graph.add(step.alias, step.contentId) === undefined) {
          said.set(step.alias, step.contentId);
        }
      }
      const again = resolveAliases([...said].map(([alias, contentId]) => ({ alias, contentId })));
      for (const id of 'abcdef') {
        const names = graph.namesOf(id);
        expect(names[0]).toBe(graph.canonical(id));
        expect(names).toContain(id);
        expect(new Set(names).size).toBe(names.length);
        for (const other of 'abcdef') {
          expect(names.includes(other)).toBe(graph.canonical(other) === graph.canonical(id));
        }
        expect(again.namesOf(id)).toEqual(names);
      }
    }),
  );
});

test('two contents are not aliases of each other, nor is one of itself, by whatever way round', () => {
  const graph = new AliasGraph();
  expect(graph.add('a', 'a')).toBe('alias_cycle');
  expect(graph.add('a', 'b')).toBeUndefined();
  expect(graph.add('a', 'b')).toBeUndefined();
  expect(graph.add('b', 'a')).toBe('alias_cycle');
  expect(graph.add('b', 'c')).toBeUndefined();
  expect(graph.add('c', 'a')).toBe('alias_cycle');
  expect(graph.add('a', 'd')).toBe('alias_taken');
  expect(graph.namesOf('a')).toEqual(['c', 'a', 'b']);
  graph.remove('b');
  expect(graph.namesOf('a')).toEqual(['b', 'a']);
});

test('a content has a bounded number of names', () => {
  const graph = new AliasGraph();
  for (let count = 1; count < NAMES_PER_CONTENT_MAX; count += 1) {
    expect(graph.add(`name-${count}`, 'film')).toBeUndefined();
  }
  expect(graph.add('one-more', 'film')).toBe('limit_exceeded');
});
