import type { HealthPoint } from './health-point.ts';

export interface ChartSeries {
  readonly label: string;
  readonly key: Exclude<keyof HealthPoint, 'atMs'>;
}

export interface ChartDefinition {
  readonly title: string;
  /** What a person learns from it. */
  readonly hint: string;
  readonly unit: '' | 'ms' | '%' | '/s';
  readonly series: readonly ChartSeries[];
  /** The top of the scale, where it is fixed. */
  readonly most?: number;
}

export const CHARTS: readonly ChartDefinition[] = [
  {
    title: 'Commits',
    hint: 'Group commits a second, each one flush of the disk.',
    unit: '/s',
    series: [{ label: 'commits', key: 'commitsPerSecond' }],
  },
  {
    title: 'Rows per commit',
    hint: 'How many changes share a flush. It grows with the load.',
    unit: '',
    series: [{ label: 'rows', key: 'rowsPerCommit' }],
  },
  {
    title: 'Ack latency',
    hint: 'How long a change waits until it is durable.',
    unit: 'ms',
    series: [
      { label: 'p50', key: 'ackP50Ms' },
      { label: 'p95', key: 'ackP95Ms' },
      { label: 'p99', key: 'ackP99Ms' },
    ],
  },
  {
    title: 'Backlog',
    hint: 'Changes that wait for a commit. Growing for long: the database is too slow.',
    unit: '',
    series: [{ label: 'changes', key: 'backlogChanges' }],
  },
  {
    title: 'Sockets',
    hint: 'Live sockets of this instance, and the users they belong to.',
    unit: '',
    series: [
      { label: 'sockets', key: 'sockets' },
      { label: 'users', key: 'users' },
    ],
  },
  {
    title: 'Feed',
    hint: 'Events to and from other instances. Dropped ones are healed by a read.',
    unit: '/s',
    series: [
      { label: 'published', key: 'feedPublishedPerSecond' },
      { label: 'received', key: 'feedReceivedPerSecond' },
      { label: 'dropped', key: 'feedDroppedPerSecond' },
    ],
  },
  {
    title: 'Heap-only updates',
    hint: 'Share of progress updates that touch no index. Below 85 %: look at the indexes.',
    unit: '%',
    series: [{ label: 'heap-only', key: 'heapOnlyPercent' }],
    most: 100,
  },
];
