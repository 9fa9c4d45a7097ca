import { describe, expect, it } from 'vitest';
import { pointBetween, readingOf } from './health-point.ts';
import { parseMetrics } from './parse-metrics.ts';

function textOf({
  commits = 0,
  rows = 0,
  fast = 0,
  slow = 0,
  published = 0,
  heapOnly = 0,
}): string {
  return `
cuepoint_commit_rows_count ${commits}
cuepoint_commit_rows_sum ${rows}
cuepoint_ack_duration_seconds_bucket{le="0.01"} ${fast}
cuepoint_ack_duration_seconds_bucket{le="0.1"} ${fast + slow}
cuepoint_ack_duration_seconds_bucket{le="+Inf"} ${fast + slow}
cuepoint_backlog_changes 17
cuepoint_sockets 3
cuepoint_live_users 2
cuepoint_feed_connected 1
cuepoint_feed_events_total{kind="published"} ${published}
cuepoint_feed_events_total{kind="delivered"} 0
cuepoint_table_updates_total{table="user_progress",kind="heap_only"} ${heapOnly}
cuepoint_table_updates_total{table="user_progress",kind="other"} 1
cuepoint_table_updates_total{table="user_devices",kind="other"} 99
`;
}

const readingAt = (atMs: number, counts: Parameters<typeof textOf>[0]) =>
  readingOf(parseMetrics(textOf(counts)), atMs);

describe('a moment of the charts', () => {
  it('tells what happened since the reading before', () => {
    const before = readingAt(1_000, { commits: 10, rows: 100, fast: 5, published: 1 });
    const after = readingAt(3_000, {
      commits: 14,
      rows: 140,
      fast: 95,
      slow: 10,
      published: 5,
      heapOnly: 9,
    });
    const point = pointBetween(before, after);
    expect(point).toMatchObject({
      atMs: 3_000,
      commitsPerSecond: 2,
      rowsPerCommit: 10,
      backlogChanges: 17,
      sockets: 3,
      users: 2,
      feedPublishedPerSecond: 2,
      feedReceivedPerSecond: 0,
      feedDroppedPerSecond: 0,
      heapOnlyPercent: 90,
    });
    expect(point.ackP50Ms).toBeCloseTo(50 / 9);
    expect(point.ackP95Ms).toBeCloseTo(55);
    expect(point.ackP99Ms).toBeCloseTo(91);
  });

  it('knows no rate, size or percentile where nothing happened', () => {
    const point = pointBetween(readingAt(0, {}), readingAt(1_000, {}));
    expect(point).toMatchObject({
      commitsPerSecond: 0,
      rowsPerCommit: null,
      ackP50Ms: null,
      heapOnlyPercent: 0,
    });
  });

  it('knows no rate over a restart of the service, and never a negative one', () => {
    const before = readingAt(0, { commits: 10, rows: 20, fast: 5, published: 9 });
    const point = pointBetween(before, readingAt(1_000, { commits: 1, rows: 1, fast: 1 }));
    expect(point).toMatchObject({
      commitsPerSecond: null,
      rowsPerCommit: null,
      ackP50Ms: null,
      feedPublishedPerSecond: null,
      sockets: 3,
    });
  });
});
