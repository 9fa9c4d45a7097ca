import type { TSchema } from 'typebox';
import { describe, expect, test } from 'vitest';
import { OP_KINDS } from '../op.ts';
import { schemasIn } from '../testing/schemas-in.ts';
import { WireOpSchema, wireOpSchemaOf } from '../wire-op.ts';
import { DOWN_SCHEMAS, UP_SCHEMAS } from './messages.ts';

const schemas: TSchema[] = [
  ...Object.values(UP_SCHEMAS),
  ...Object.values(DOWN_SCHEMAS),
  ...OP_KINDS.map((kind) => wireOpSchemaOf(kind) ?? WireOpSchema),
];
const patterns = [
  ...new Set(
    schemas
      .flatMap(schemasIn)
      .flatMap((schema) => ('pattern' in schema ? [String(schema.pattern)] : [])),
  ),
];

/** One sign or one class of signs. */
const ATOM = String.raw`(?:\[(?:\\.|[^\]\\])+\]|\\.|[^\\^$.*+?()[\]{}|])`;
/** Repeated a fixed number of times, or not. */
const FIXED = String.raw`${ATOM}(?:\{\d+\})?`;
/** What has one way to match: fixed atoms, and groups of them that are repeated a fixed number of times. */
const FIXED_PARTS = String.raw`(?:${FIXED}|\((?:${FIXED})+\)\{\d+\})*`;
/** At most one part of a pattern may vary in length, within bounds. */
const BOUNDED = String.raw`${FIXED_PARTS}(?:${ATOM}\{\d+,\d+\})?${FIXED_PARTS}`;
/**
 * Anchored at both ends, one part of bounded length at most, no alternatives: a match tries each length of
 * that part once. It looks at a bounded number of signs, however long the text is.
 */
const LINEAR = new RegExp(String.raw`^\^(?:\(\?!${BOUNDED}\$\))?${BOUNDED}\$$`);

const LENGTH = 262_144;
/** What a pattern may repeat, and what makes its last part fail late. */
const UNITS = ['a', '0', '.', '-', ' ', '\n', '\u0000', '🎬', '\ud83c', '0-', 'a\n'];
const STARTS = ['', 'film', '00000000-0000-4000-8000-000000000000', '019b76daa800-0000'];
const ADVERSARIES = UNITS.flatMap((unit) =>
  STARTS.map((start) => start + unit.repeat(LENGTH / unit.length)),
);

test('there are patterns to look at', () => {
  expect(patterns.length).toBeGreaterThan(6);
});

describe.each(patterns)('the pattern %s', (pattern) => {
  test('[SEC3] matches in linear time by its form', () => {
    expect(pattern).toMatch(LINEAR);
  });

  // That it is quick is the form's to prove; a proof that is wrong runs into the test's time limit.
  test('[SEC3] refuses every long text, and long texts that begin well', () => {
    const regExp = new RegExp(pattern, 'u');
    expect(ADVERSARIES.filter((text) => regExp.test(text))).toEqual([]);
  });
});

test.each([
  ['a nested repetition', '^(a+)+$'],
  ['an open end', '^[a-z]{1,}$'],
  ['two parts that overlap', '^[a-z]{1,9}[a-z]{1,9}$'],
  ['alternatives', '^(a|a){9}$'],
  ['a star', '^.*$'],
  ['no anchor', '[a-z]{1,9}'],
  ['a group of varying length', '^([a-z]{1,9}){9}$'],
])('the form would not let through %s', (_, pattern) => {
  expect(pattern).not.toMatch(LINEAR);
});
