import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createRandom } from '../../../../test/support/random.ts';
import { SECONDS_MAX } from '../ids.ts';
import type { Op, ProgressSetOp } from '../op.ts';
import { PLAYBACK_STATES } from '../playback-position.ts';
import { readOp } from '../read-op.ts';
import { opToWire } from '../wire-conversion.ts';
import type { WireOp } from '../wire-op.ts';
import type { Ack } from './down/ack.ts';
import type { Changes } from './down/changes.ts';
import type { WireOpResult } from './op-result.ts';
import type { Push } from './up/push.ts';

const MESSAGES = 20_000;
const BYTES_P50_MAX = 500;
const BYTES_P99_MAX = 1_024;

const documentation = readFileSync(
  new URL('../../../../docs/protocol.md', import.meta.url),
  'utf8',
);

/** Real film titles as content ids. */
function readContentIds(): string[] {
  const file = new URL('../data/movies.json', import.meta.resolve('vega-datasets'));
  const movies = JSON.parse(readFileSync(file, 'utf8')) as { Title: string | number | null }[];
  return movies.flatMap(({ Title }) => (Title === null ? [] : [`film:${Title}`]));
}

/** What people do: mostly watch, sometimes list; devices and requests are known by UUIDs. */
function createViewer(random: () => number) {
  const contentIds = readContentIds();
  const below = (max: number): number => Math.floor(random() * max);
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => below(16).toString(16)).join('');
  const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;

  function op(): WireOp {
    const base = {
      contentId: contentIds[below(contentIds.length)] ?? '',
      timestamp: { physical: Date.UTC(2026, 0, 1) + below(1e9), logical: below(3) },
      deviceId: uuid(),
    };
    return opToWire(withKind(base));
  }

  function withKind(base: Pick<ProgressSetOp, 'contentId' | 'timestamp' | 'deviceId'>): Op {
    const kind = random();
    if (kind < 0.08) return { kind: 'watchlist.add', ...base, tag: uuid() };
    if (kind < 0.13) {
      // Every tenth content was added on two or three devices.
      const tags = Array.from({ length: random() < 0.9 ? 1 : 2 + below(2) }, uuid);
      return { kind: 'watchlist.remove', ...base, tags };
    }
    if (kind < 0.15) return { kind: 'progress.clear', ...base };
    return {
      kind: 'progress.set',
      ...base,
      positionSeconds: below(10_800),
      durationSeconds: 10_800,
      state: PLAYBACK_STATES[below(PLAYBACK_STATES.length)] ?? 'playing',
      // Of ten reports one is what a person did.
      ...(random() < 0.1
        ? {}
        : { claim: { ...base.timestamp, physical: base.timestamp.physical - 1 } }),
    };
  }

  function result(): WireOpResult {
    const kind = random();
    if (kind < 0.9) return { result: 'applied' };
    if (kind < 0.95) return { result: 'superseded', winner: op() };
    return kind < 0.99 ? { result: 'duplicate' } : { result: 'rejected', code: 'clock_ahead' };
  }

  return {
    push(): Push {
      const pushed = op();
      delete pushed.deviceId;
      return { type: 'push', id: uuid(), ops: [pushed] };
    },
    ack(): Ack {
      const ack: Ack = { type: 'ack', id: uuid(), results: [result()] };
      const isAhead = ack.results[0]?.code === 'clock_ahead';
      return isAhead ? { ...ack, serverTime: Date.UTC(2026, 0, 1) } : ack;
    },
    changes: (): Changes => ({ type: 'changes', ops: [op()] }),
  };
}

interface Sizes {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Bytes of UTF-8, without the 2 to 8 bytes of a WebSocket frame. */
function sizesOf(create: () => Push | Ack | Changes): Sizes {
  const sizes = Array.from({ length: MESSAGES }, () => Buffer.byteLength(JSON.stringify(create())));
  sizes.sort((a, b) => a - b);
  const at = (share: number): number => sizes[Math.ceil(share * MESSAGES) - 1] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

test.each(['push', 'ack', 'changes'] as const)(
  '[LIV8] one op is under 500 bytes at the median and under 1 KB at the 99th percentile, in its %s',
  (type) => {
    const viewer = createViewer(createRandom(1));
    const { p50, p99, max } = sizesOf(viewer[type]);
    expect(p50).toBeLessThan(BYTES_P50_MAX);
    expect(p99).toBeLessThan(BYTES_P99_MAX);
    expect(documentation).toContain(`| \`${type}\` | ${p50} | ${p99} | ${max} |`);
  },
);

test('the ops that are measured are ones that the service takes', () => {
  const viewer = createViewer(createRandom(2));
  for (let index = 0; index < 1_000; index += 1) {
    expect(readOp(viewer.push().ops[0], 'tv')).toMatchObject({ deviceId: 'tv' });
  }
});

test('even the largest op of one content fits many times into a message', () => {
  const largest: WireOp = {
    kind: 'progress.set',
    contentId: '🎬'.repeat(255),
    positionSeconds: SECONDS_MAX,
    durationSeconds: SECONDS_MAX,
    state: 'stopped',
    timestamp: 'ffffffffffff-ffff',
    deviceId: 'd'.repeat(255),
  };
  expect(Buffer.byteLength(JSON.stringify({ type: 'changes', ops: [largest] }))).toBeLessThan(
    2_048,
  );
});
