import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Op, ProgressOp, WatchlistOp } from './op.ts';
import { ProgressSync } from './progress-sync.ts';
import { CONTENT_IDS, arbitraryHistory } from './testing/op-arbitraries.ts';
import { createTestContext, type TestContext } from './testing/recording-port.ts';
import { compareTimestamps, timestampToText } from './timestamp.ts';
import { WatchlistSync } from './watchlist-sync.ts';

interface Screen {
  readonly context: TestContext;
  readonly watchlist: WatchlistSync;
  readonly progress: ProgressSync;
}

/** Walls of a clock that runs right, a slow one in 1970, and a fast one in 2099. */
const WALLS_MS = [Date.UTC(2026, 0, 1), 0, Date.UTC(2099, 11, 31)];
const DEVICES = ['phone', 'TV', 'Phone'];

function createScreen(deviceId: string, nowMs: number): Screen {
  const context = createTestContext({ deviceId, nowMs });
  return {
    context,
    watchlist: new WatchlistSync(context),
    progress: new ProgressSync(context),
  };
}

function isWatchlistOp(op: Op): op is WatchlistOp {
  return op.kind === 'watchlist.add' || op.kind === 'watchlist.remove';
}

function isProgressOp(op: Op): op is ProgressOp {
  return op.kind === 'progress.set' || op.kind === 'progress.clear';
}

function applyRemote({ watchlist, progress }: Screen, op: Op): void {
  if (isWatchlistOp(op)) watchlist.applyRemote(op);
  else if (isProgressOp(op)) progress.applyRemote(op);
}

/** What a person sees: every list, without the order that equal stamps leave open. */
function shown({ watchlist, progress }: Screen) {
  return {
    watchlist: watchlist
      .list()
      .map(({ contentId, added, tags }) => ({ contentId, added, tags: tags.toSorted() })),
    progress: progress.list(),
  };
}

const arbitrarySteps = fc.array(
  fc.record({
    screen: fc.nat({ max: DEVICES.length - 1 }),
    action: fc.constantFrom(
      'add',
      'remove',
      'set',
      'report',
      'report',
      'autoplay',
      'clear',
      'deliver',
      'deliver',
    ),
    contentId: fc.constantFrom(...CONTENT_IDS.slice(0, 2)),
    positionSeconds: fc.constantFrom(0, 50, 95),
    op: fc.nat(),
    stepMs: fc.integer({ min: -2, max: 2 }),
  }),
  { maxLength: 40, size: 'max' },
);

/** Runs the steps and returns the screens with the log of every op they made. */
function run(steps: typeof arbitrarySteps extends fc.Arbitrary<infer Steps> ? Steps : never) {
  const screens = DEVICES.map((deviceId, index) => createScreen(deviceId, WALLS_MS[index] ?? 0));
  const log: Op[] = [];
  for (const step of steps) {
    const screen = screens[step.screen];
    if (screen === undefined) continue;
    screen.context.wall.nowMs += step.stepMs;
    const op = log[step.op % Math.max(log.length, 1)];
    if (step.action === 'deliver' && op !== undefined) applyRemote(screen, op);
    else log.push(...mutate(screen, step));
  }
  return { screens, log };
}

function mutate(
  { watchlist, progress }: Screen,
  step: { action: string; contentId: string; positionSeconds: number },
): readonly Op[] {
  const { action, contentId, positionSeconds } = step;
  const position = { positionSeconds, durationSeconds: 100, state: 'playing' as const };
  const actions = new Map<string, () => Op | undefined>([
    ['add', () => watchlist.add(contentId)],
    ['remove', () => watchlist.remove(contentId)],
    ['set', () => progress.set(contentId, position)],
    ['report', () => progress.report(contentId, position, { userAction: false })],
    [
      'autoplay',
      () => progress.report(contentId, position, { userAction: false, startsByItself: true }),
    ],
    ['clear', () => progress.clear(contentId)],
  ]);
  const made = actions.get(action)?.();
  return made === undefined ? [] : [made];
}

describe('a household of screens with clocks in 1970, 2026 and 2099', () => {
  test('[ORS5] [LWW1] shows one state once every op has reached every screen, in any order', () => {
    fc.assert(
      fc.property(arbitrarySteps, fc.infiniteStream(fc.nat()), (steps, orders) => {
        const { screens, log } = run(steps);
        const fresh = createScreen('fresh', WALLS_MS[0] ?? 0);
        for (const screen of [...screens, fresh]) {
          for (const op of shuffle(log, orders)) applyRemote(screen, op);
        }
        for (const screen of screens) expect(shown(screen)).toEqual(shown(fresh));
      }),
    );
  });

  test('[LWW1] a local write is what its screen shows next, whatever the clocks say', () => {
    fc.assert(
      fc.property(arbitrarySteps, fc.nat({ max: 2 }), (steps, index) => {
        const screen = run(steps).screens[index];
        const position = { positionSeconds: 7, durationSeconds: 8, state: 'paused' as const };
        screen?.progress.set('film-1', position);
        expect(screen?.progress.get('film-1')).toEqual(position);
        screen?.progress.clear('film-1');
        expect(screen?.progress.get('film-1')).toBeUndefined();
        screen?.watchlist.add('film-1');
        expect(screen?.watchlist.contains('film-1')).toBe(true);
        screen?.watchlist.remove('film-1');
        expect(screen?.watchlist.contains('film-1')).toBe(false);
      }),
    );
  });

  test('[CLM2] [CLM3] [CLM5] claims nothing but acts of its own devices, each before its report', () => {
    fc.assert(
      fc.property(arbitrarySteps, (steps) => {
        const acts = new Set<string>();
        for (const op of run(steps).log) {
          if (isWatchlistOp(op)) continue;
          const claim = op.kind === 'progress.set' ? op.claim : undefined;
          if (claim === undefined) {
            acts.add(`${op.deviceId} ${timestampToText(op.timestamp)}`);
            continue;
          }
          expect(compareTimestamps(claim, op.timestamp)).toBeLessThan(0);
          expect(acts).toContain(`${op.deviceId} ${timestampToText(claim)}`);
        }
      }),
    );
  });

  test('[CLM3] [CLM4] writes nothing that would not count on its own screen', () => {
    fc.assert(
      fc.property(arbitrarySteps, (steps) => {
        for (const { context } of run(steps).screens) {
          const known = createScreen('known', 0);
          const lost = context.port.ops.filter(
            (op) =>
              isProgressOp(op) &&
              known.progress.applyRemote(op) !== 'applied' &&
              op.deviceId === context.deviceId,
          );
          expect(lost).toEqual([]);
        }
      }),
    );
  });

  test('[LWW3] uses no stamp twice on the same register or list', () => {
    fc.assert(
      fc.property(arbitrarySteps, (steps) => {
        const stamps = run(steps).log.map((op) =>
          [
            isProgressOp(op) ? op.contentId : op.kind,
            timestampToText(op.timestamp),
            op.deviceId,
          ].join(' '),
        );
        expect(new Set(stamps).size).toBe(stamps.length);
      }),
    );
  });

  test('hands every change of its memory to the port: the port’s ops alone give its state', () => {
    fc.assert(
      fc.property(arbitrarySteps, (steps) => {
        for (const screen of run(steps).screens) {
          const stored = createScreen('stored', WALLS_MS[0] ?? 0);
          for (const op of screen.context.port.ops) applyRemote(stored, op);
          expect(shown(stored)).toEqual(shown(screen));
        }
      }),
    );
  });
});

test('[LWW3] a reused stamp leaves open which value stands at it, and nothing else', () => {
  fc.assert(
    fc.property(arbitraryHistory({ withStampReuse: true }), (history) => {
      const [forwards, backwards] = [createScreen('a', 0), createScreen('b', 0)];
      for (const op of history) applyRemote(forwards, op);
      for (const op of history.toReversed()) applyRemote(backwards, op);
      expect(shown(forwards).watchlist).toEqual(shown(backwards).watchlist);
      expect(
        shown(forwards).progress.map(({ contentId, stamp }) => ({ contentId, stamp })),
      ).toEqual(shown(backwards).progress.map(({ contentId, stamp }) => ({ contentId, stamp })));
    }),
  );
});

function shuffle<T>(items: readonly T[], orders: fc.Stream<number>): T[] {
  const keys = [...orders.take(items.length)];
  return items
    .map((item, index) => ({ item, key: keys[index] ?? 0 }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
