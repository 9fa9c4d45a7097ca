import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDeeperThan, passedJsonBound } from './json-bounds.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function fieldsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value).reduce<number>((sum, item) => sum + fieldsOf(item), 0);
  return inside + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

/** JSON values whose strings look like the signs that the scan counts. */
function arbitraryValue(): fc.Arbitrary<unknown> {
  const strings = fc.oneof(
    fc.string(),
    fc.constantFrom('{', '[[[', ':', '"', '\\', '\\"{', '\\\\":'),
  );
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      strings,
      fc.integer(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(strings, tie('value'), { maxKeys: 3 }),
    ),
  })).value;
}

describe('the bounds of a JSON text', () => {
  it('[SEC3] are those of the value, whatever its strings hold', () => {
    fc.assert(
      fc.property(arbitraryValue(), fc.nat(8), fc.nat(8), (value, depthMax, fieldsMax) => {
        const json = JSON.stringify(value);
        const isDeep = depthOf(value) > depthMax;
        const isWide = fieldsOf(value) > fieldsMax;
        expect(isDeeperThan(json, depthMax)).toBe(isDeep);
        const passed = passedJsonBound(json, { depthMax, fieldsMax });
        expect(passed !== undefined).toBe(isDeep || isWide);
        const isPassed = { depthMax: isDeep, fieldsMax: isWide };
        expect(passed === undefined || isPassed[passed]).toBe(true);
      }),
    );
  });

  it('[SEC3] hold for whatever a parser takes, when the text was cut, doubled or closed too often', () => {
    const cuts = fc.tuple(arbitraryValue(), fc.nat(), fc.constantFrom(']', '}', '[', '{', '"', ''));
    fc.assert(
      fc.property(cuts, fc.nat(3), ([value, at, sign], depthMax) => {
        const json = JSON.stringify(value);
        const cut = at % (json.length + 1);
        const broken = `${json.slice(0, cut)}${sign}${json.slice(cut)}`;
        if (isDeeperThan(broken, depthMax)) return;
        let parsed: unknown;
        try {
          parsed = JSON.parse(broken);
        } catch {
          return;
        }
        expect(depthOf(parsed)).toBeLessThanOrEqual(depthMax);
      }),
    );
  });

  it('[SEC3] are read in one pass, however deep or wide the text is', () => {
    expect(isDeeperThan('['.repeat(1_000_000), 32)).toBe(true);
    expect(isDeeperThan('"'.repeat(1_000_001), 32)).toBe(false);
    const bounds = { depthMax: 32, fieldsMax: 1_000 };
    expect(passedJsonBound(`{${'"a":0,'.repeat(1_000)}"b":0}`, bounds)).toBe('fieldsMax');
    expect(passedJsonBound(`{${'"a":0,'.repeat(999)}"b":0}`, bounds)).toBeUndefined();
  });
});
