import { describe, expect, test } from 'vitest';
import { ORSet } from './or-set.ts';
import { countSteps, type Steps } from './testing/step-counter.ts';

const SMALL = 10;
const LARGE = 100_000;

function tag(index: number): string {
  return `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}

function stamp(physical: number) {
  return { timestamp: { physical, logical: 0 }, deviceId: 'phone' };
}

/** A tenth of the contents has been removed again, so tombstones are there too. */
function setOf(contents: number): ORSet {
  const set = new ORSet();
  for (let index = 0; index < contents; index += 1) {
    set.add(`film-${index}`, tag(index), stamp(index));
    if (index % 10 === 9) set.remove(`film-${index}`, [tag(index)], stamp(index));
  }
  for (const entry of set.unpersisted()) set.markPersisted(entry);
  return set;
}

function stepsOf(set: ORSet, call: (set: ORSet) => unknown): Steps {
  return countSteps(() => call(set));
}

describe('the steps of one call, counted over every Map, Set and iterator', () => {
  const small = setOf(SMALL);
  const large = setOf(LARGE);

  test.each<[string, (set: ORSet) => unknown]>([
    ['contains, of a live content', (set) => set.contains('film-3')],
    ['contains, of a removed content', (set) => set.contains('film-9')],
    ['contains, of an unknown content', (set) => set.contains('none')],
    ['size', (set) => set.size],
    ['entryCount', (set) => set.entryCount],
    ['liveTags', (set) => set.liveTags('film-3')],
    ['an add', (set) => set.add('new', tag(LARGE + 1), stamp(1))],
    ['a remove', (set) => set.remove('film-4', [tag(4)], stamp(LARGE))],
  ])('[ORS5] %s takes as many at 100,000 contents as at 10', (_, call) => {
    const few = stepsOf(small, call);
    const many = stepsOf(large, call);
    expect(many).toEqual(few);
    expect(few.calls).toBeGreaterThan(0);
    expect(few.calls + few.iterated).toBeLessThanOrEqual(16);
  });

  test('[SQL3] what changed is found without walking what did not', () => {
    const few = setOf(SMALL);
    const many = setOf(LARGE);
    for (const set of [few, many]) set.add('newer', tag(LARGE + 2), stamp(2));
    expect(stepsOf(many, (set) => set.unpersisted())).toEqual(
      stepsOf(few, (set) => set.unpersisted()),
    );
  });

  test('the counter sees a scan: walking the entries takes a step for each', () => {
    const scan = stepsOf(large, (set) => [...set.entries()].length);
    expect(scan.iterated).toBeGreaterThanOrEqual(LARGE);
  });
});
