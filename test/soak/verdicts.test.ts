import { describe, expect, it } from 'vitest';
import type { SoakSample } from './sampler.ts';
import { judge } from './verdicts.ts';

const SAMPLE: SoakSample = {
  atSeconds: 0,
  acksPerSecond: 1_000,
  ackP50Ms: 10,
  ackP99Ms: 100,
  residentBytes: 200 * 2 ** 20,
  heapBytes: 100 * 2 ** 20,
  tableBytes: 100 * 2 ** 20,
  tombstones: 100_000,
  servedP99Ms: 12,
  crowdUtilization: 0.5,
  isCalm: true,
};
const COUNT = 40;

/** A run whose figures are multiplied as it goes on, from 1 to `end`; `changeAt` replaces some of them. */
function runOf(
  end: number,
  changeAt: (index: number) => Partial<SoakSample> = () => ({}),
): SoakSample[] {
  return Array.from({ length: COUNT }, (_, index) => {
    const factor = 1 + ((end - 1) * index) / (COUNT - 1);
    return {
      ...SAMPLE,
      ackP50Ms: SAMPLE.ackP50Ms * factor,
      ackP99Ms: SAMPLE.ackP99Ms * factor,
      servedP99Ms: SAMPLE.servedP99Ms * factor,
      residentBytes: SAMPLE.residentBytes * factor,
      heapBytes: SAMPLE.heapBytes * factor,
      tableBytes: SAMPLE.tableBytes * factor,
      tombstones: SAMPLE.tombstones * factor,
      ...changeAt(index),
    };
  });
}

describe('the judgement of a soak', () => {
  it('calls a run flat that stays as it is', () => {
    const verdicts = judge(runOf(1));
    expect(verdicts).toHaveLength(7);
    expect(verdicts.filter(({ isFlat }) => !isFlat)).toEqual([]);
  });

  it('calls nothing flat that grows without end', () => {
    const verdicts = judge(runOf(20));
    expect(verdicts.map(({ isFlat }) => isFlat)).toEqual(verdicts.map(() => false));
  });

  it('leaves the time of filling up out', () => {
    const filling = runOf(1, (index) =>
      index < COUNT / 4 ? { tombstones: 0, tableBytes: 1, residentBytes: 1 } : {},
    );
    expect(judge(filling).every(({ isFlat }) => isFlat)).toBe(true);
  });

  it('allows a fault to be felt in the latency, and only there', () => {
    const struck = runOf(1, (index) =>
      index > (3 * COUNT) / 4 && index % 2 === 1 ? { isCalm: false, ackP99Ms: 9_000 } : {},
    );
    expect(judge(struck).every(({ isFlat }) => isFlat)).toBe(true);
    const leaking = runOf(5, () => ({ isCalm: false }));
    const memory = judge(leaking).find(({ what }) => what.startsWith('resident'));
    expect(memory?.isFlat).toBe(false);
  });

  it('does not call flat what was not measured', () => {
    const unknown = Number.NaN;
    const blind = runOf(1, () => ({ ackP50Ms: unknown, ackP99Ms: unknown, servedP99Ms: unknown }));
    const latency = judge(blind).filter(({ what }) => what.startsWith('ack'));
    expect(latency.map(({ isFlat }) => isFlat)).toEqual([false, false, false]);
  });
});
