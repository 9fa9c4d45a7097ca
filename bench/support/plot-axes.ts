/** Steps within a decade at which an axis may end or be labelled. */
const STEPS = [1, 2, 5];
/** An axis over more decades than this is labelled at the powers of ten alone. */
const STEPPED_DECADES_MAX = 2;
/** So many measured values are labelled as they are. */
const MEASURED_TICKS_MAX = 10;

export interface AxisRange {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
}

/** A logarithmic axis that holds the values, all above 0, and ends at round ones. */
export function logRange(values: readonly number[]): AxisRange {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const firstDecade = Math.floor(Math.log10(least));
  const lastDecade = Math.ceil(Math.log10(greatest));
  const round: number[] = [];
  for (let decade = firstDecade; decade <= lastDecade; decade += 1) {
    // By its text: a power of a negative decade has no exact value.
    for (const step of STEPS) round.push(Number(`${step}e${decade}`));
  }
  const from = round.findLast((value) => value <= least) ?? least;
  const to = round.find((value) => value >= greatest && value > from) ?? greatest;
  const within = round.filter((value) => value >= from && value <= to);
  const isStepped = Math.log10(to / from) <= STEPPED_DECADES_MAX;
  const ticks = isStepped ? within : within.filter((value) => Number.isInteger(Math.log10(value)));
  return { domain: [from, to], ticks };
}

/** The measured values themselves where they are few, so that each point stands over its number. */
export function measuredTicks(values: readonly number[]): readonly number[] | undefined {
  const distinct = [...new Set(values)].toSorted((a, b) => a - b);
  return distinct.length <= MEASURED_TICKS_MAX ? distinct : undefined;
}
