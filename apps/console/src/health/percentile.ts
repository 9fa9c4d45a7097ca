/** How many samples were at most so large: one bucket of a histogram, counted from the least up. */
export interface Bucket {
  /** Infinity for the last one. */
  readonly atMost: number;
  readonly count: number;
}

/**
 * The value below which a share of the samples lies, as near as the buckets tell: samples are taken to lie
 * evenly within theirs.
 *
 * @param buckets by their bound, ascending.
 * @param share from 0 to 1.
 * @returns null without samples; past the last finite bound that bound, which is then a least.
 */
export function percentileOf(buckets: readonly Bucket[], share: number): number | null {
  const total = buckets.at(-1)?.count ?? 0;
  if (total <= 0) return null;
  const rank = share * total;
  let below: Bucket = { atMost: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= rank && bucket.count > below.count) {
      if (!Number.isFinite(bucket.atMost)) return below.atMost;
      const within = (rank - below.count) / (bucket.count - below.count);
      return below.atMost + (bucket.atMost - below.atMost) * Math.max(0, within);
    }
    below = bucket;
  }
  return below.atMost;
}

/** What came between two readings; null when the later one began anew. */
export function bucketsBetween(
  before: readonly Bucket[],
  after: readonly Bucket[],
): readonly Bucket[] | null {
  const countsBefore = new Map(before.map(({ atMost, count }) => [atMost, count]));
  const between = after.map(({ atMost, count }) => ({
    atMost,
    count: count - (countsBefore.get(atMost) ?? 0),
  }));
  return between.some(({ count }) => count < 0) ? null : between;
}
