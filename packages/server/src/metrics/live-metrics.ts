import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { FeedObserver } from '../feed/feed-observer.ts';
import type { LiveObserver } from '../live/live-observer.ts';
import type { LiveStats } from '../live/live-server.ts';

const WELCOME_SECONDS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];

export interface LiveMetrics {
  readonly liveObserver: LiveObserver;
  readonly feedObserver: FeedObserver;
  /** Where the gauges are read from at a scrape. */
  sampleLive(stats: () => LiveStats): void;
}

export function createLiveMetrics(registry: Registry): LiveMetrics {
  const registers = [registry];
  const welcomeSeconds = new Histogram({
    name: 'cuepoint_welcome_duration_seconds',
    help: 'Time from the open socket to its welcome with everything that was missed.',
    buckets: WELCOME_SECONDS,
    registers,
  });
  const messages = new Counter({
    name: 'cuepoint_messages_received_total',
    help: 'Messages of live sessions by type.',
    labelNames: ['type'] as const,
    registers,
  });
  const closes = new Counter({
    name: 'cuepoint_sockets_closed_total',
    help: 'Live sockets that ended, by close code.',
    labelNames: ['code'] as const,
    registers,
  });
  const behind = new Counter({
    name: 'cuepoint_sockets_behind_total',
    help: 'Times that a socket was too slow and was caught up later.',
    registers,
  });
  const pulls = new Counter({
    name: 'cuepoint_healing_pulls_total',
    help: "Reads of a user's changes in case the feed lost some.",
    registers,
  });
  const healed = new Counter({
    name: 'cuepoint_healing_changes_total',
    help: 'Changes in those reads, most of them known to the devices.',
    registers,
  });
  const commands = new Counter({
    name: 'cuepoint_commands_total',
    help: 'Commands between devices by outcome.',
    labelNames: ['action', 'outcome'] as const,
    registers,
  });
  const feedEvents = new Counter({
    name: 'cuepoint_feed_events_total',
    help: 'Events to and from other instances; a folded one stands for a pull.',
    labelNames: ['kind'] as const,
    registers,
  });
  const feedConnected = new Gauge({
    name: 'cuepoint_feed_connected',
    help: '1 while the feed between the instances is connected.',
    registers,
  });
  feedConnected.set(1);
  let sample = (): LiveStats => ({ sockets: 0, users: 0 });
  registry.registerMetric(
    new Gauge({
      name: 'cuepoint_sockets',
      help: 'Live sockets that are open.',
      registers: [],
      collect() {
        this.set(sample().sockets);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'cuepoint_live_users',
      help: 'Users who have a live socket here.',
      registers: [],
      collect() {
        this.set(sample().users);
      },
    }),
  );

  return {
    liveObserver: {
      welcomed: (waitedMs) => welcomeSeconds.observe(waitedMs / 1_000),
      received: (type) => messages.inc({ type }),
      closed: (code) => closes.inc({ code: String(code) }),
      fellBehind: () => behind.inc(),
      healed: (changes) => {
        pulls.inc();
        healed.inc(changes);
      },
      commandEnded: (action, outcome) => commands.inc({ action, outcome }),
    },
    feedObserver: {
      published: (events) => feedEvents.inc({ kind: 'published' }, events),
      delivered: (events) => feedEvents.inc({ kind: 'delivered' }, events),
      folded: (events) => feedEvents.inc({ kind: 'folded' }, events),
      stateChanged: (state) => feedConnected.set(state === 'connected' ? 1 : 0),
    },
    sampleLive(stats) {
      sample = stats;
    },
  };
}
