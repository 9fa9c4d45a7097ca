import { sumOf, type Metrics } from './parse-metrics.ts';
import { bucketsBetween, percentileOf, type Bucket } from './percentile.ts';

/** What one scrape says, as far as the page shows it. */
export interface Reading {
  /** Of this page's clock, in ms since the epoch. */
  readonly atMs: number;
  readonly commits: number;
  readonly rows: number;
  readonly acks: readonly Bucket[];
  readonly backlogChanges: number;
  readonly sockets: number;
  readonly users: number;
  readonly isFeedConnected: boolean;
  readonly feedPublished: number;
  readonly feedReceived: number;
  /** Events that were folded into a pull: what they carried was dropped. */
  readonly feedDropped: number;
  readonly heapOnlyUpdates: number;
  readonly otherUpdates: number;
}

/** One moment of the charts; null where nothing is known. */
export interface HealthPoint {
  readonly atMs: number;
  readonly commitsPerSecond: number | null;
  readonly rowsPerCommit: number | null;
  readonly ackP50Ms: number | null;
  readonly ackP95Ms: number | null;
  readonly ackP99Ms: number | null;
  readonly backlogChanges: number | null;
  readonly sockets: number | null;
  readonly users: number | null;
  readonly feedPublishedPerSecond: number | null;
  readonly feedReceivedPerSecond: number | null;
  readonly feedDroppedPerSecond: number | null;
  readonly heapOnlyPercent: number | null;
}

const PROGRESS = { table: 'user_progress' };

export function readingOf(metrics: Metrics, atMs: number): Reading {
  const events = (kind: string): number => sumOf(metrics, 'cuepoint_feed_events_total', { kind });
  const updates = (kind: string): number =>
    sumOf(metrics, 'cuepoint_table_updates_total', { ...PROGRESS, kind });
  return {
    atMs,
    commits: sumOf(metrics, 'cuepoint_commit_rows_count'),
    rows: sumOf(metrics, 'cuepoint_commit_rows_sum'),
    acks: bucketsOf(metrics, 'cuepoint_ack_duration_seconds_bucket'),
    backlogChanges: sumOf(metrics, 'cuepoint_backlog_changes'),
    sockets: sumOf(metrics, 'cuepoint_sockets'),
    users: sumOf(metrics, 'cuepoint_live_users'),
    isFeedConnected: sumOf(metrics, 'cuepoint_feed_connected') === 1,
    feedPublished: events('published'),
    feedReceived: events('delivered'),
    feedDropped: events('folded'),
    heapOnlyUpdates: updates('heap_only'),
    otherUpdates: updates('other'),
  };
}

function bucketsOf(metrics: Metrics, name: string): Bucket[] {
  return (metrics.get(name) ?? [])
    .map(({ labels, value }) => ({
      atMost: labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le']),
      count: value,
    }))
    .sort((a, b) => a.atMost - b.atMost);
}

/** What happened between two readings; rates are unknown where the service began anew between them. */
export function pointBetween(before: Reading, after: Reading): HealthPoint {
  const seconds = (after.atMs - before.atMs) / 1_000;
  const rate = (of: (reading: Reading) => number): number | null => {
    const difference = of(after) - of(before);
    return seconds > 0 && difference >= 0 ? difference / seconds : null;
  };
  const commits = after.commits - before.commits;
  const rows = after.rows - before.rows;
  const acks = bucketsBetween(before.acks, after.acks) ?? [];
  const ackMs = (share: number): number | null => {
    const ackSeconds = percentileOf(acks, share);
    return ackSeconds === null ? null : ackSeconds * 1_000;
  };
  const updates = after.heapOnlyUpdates + after.otherUpdates;
  return {
    atMs: after.atMs,
    commitsPerSecond: rate(({ commits: count }) => count),
    rowsPerCommit: commits > 0 && rows >= 0 ? rows / commits : null,
    ackP50Ms: ackMs(0.5),
    ackP95Ms: ackMs(0.95),
    ackP99Ms: ackMs(0.99),
    backlogChanges: after.backlogChanges,
    sockets: after.sockets,
    users: after.users,
    feedPublishedPerSecond: rate(({ feedPublished }) => feedPublished),
    feedReceivedPerSecond: rate(({ feedReceived }) => feedReceived),
    feedDroppedPerSecond: rate(({ feedDropped }) => feedDropped),
    heapOnlyPercent: updates === 0 ? null : (after.heapOnlyUpdates / updates) * 100,
  };
}

/** A moment of which nothing is known: the lines of the charts are broken there. */
export function gapAt(atMs: number): HealthPoint {
  return {
    atMs,
    commitsPerSecond: null,
    rowsPerCommit: null,
    ackP50Ms: null,
    ackP95Ms: null,
    ackP99Ms: null,
    backlogChanges: null,
    sockets: null,
    users: null,
    feedPublishedPerSecond: null,
    feedReceivedPerSecond: null,
    feedDroppedPerSecond: null,
    heapOnlyPercent: null,
  };
}
