import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDeeperThan } from './json-depth.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('the depth of a JSON text', () => {
  it('[SEC3] is that of the value, whatever its strings hold', () => {
    const strings = fc.oneof(fc.string(), fc.constantFrom('{', '[[[', '"', '\\', '\\"{'));
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        strings,
        fc.integer(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(strings, tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(values, fc.nat(8), (value, depthMax) => {
        expect(isDeeperThan(JSON.stringify(value), depthMax)).toBe(depthOf(value) > depthMax);
      }),
    );
  });

  it('[SEC3] is read in one pass, however deep the text is', () => {
    expect(isDeeperThan('['.repeat(1_000_000), 32)).toBe(true);
    expect(isDeeperThan('"'.repeat(1_000_001), 32)).toBe(false);
  });
});
