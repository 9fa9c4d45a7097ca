import { compareStamps, ORSet, type Op } from '@cuepoint/core';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { isRegisterOp, keyOf, partOf, type RegisterOp } from './replica/op-key.ts';
import { registerIdOf, type FakeStore } from './testing/fake-store.ts';
import { said as saidIn, shown } from './testing/open-app.ts';
import { arbitraryActions, World } from './testing/world.ts';
import type { WatchStateInspection } from './watch-state.ts';

/** The fold of ops as the core defines it. */
function fold(ops: readonly Op[]) {
  const set = new ORSet();
  const registers = new Map<string, RegisterOp>();
  const plays = new ORSet();
  for (const op of ops) {
    if (op.kind === 'watchlist.add') set.add(op.contentId, op.tag, op);
    else if (op.kind === 'watchlist.remove') set.remove(op.contentId, op.tags, op);
    else if (op.kind === 'play.add') plays.add(op.contentId, op.playId, op);
    else if (op.kind === 'play.remove') plays.remove('', op.playIds, op);
    else {
      const id = registerIdOf(op);
      const winner = registers.get(id);
      if (winner === undefined || compareStamps(op, winner) > 0) registers.set(id, op);
    }
  }
  const progress: Record<string, number> = {};
  const said: Record<string, unknown> = {};
  for (const [id, op] of registers) {
    if (op.kind === 'progress.set') progress[id] = op.positionSeconds;
    if (op.kind === 'register.set' && op.value !== null) said[id] = op.value;
  }
  return { watchlist: [...set.contentIds()].sort(), progress, said, set, registers, plays };
}

/** Whether this op is in a state, or more than it. */
function holds(
  { set, registers, plays }: Pick<FakeStore, 'set' | 'registers' | 'plays'>,
  op: Op,
): boolean {
  if (op.kind === 'watchlist.add') return set.get(op.tag)?.added != null;
  if (op.kind === 'watchlist.remove') return op.tags.every((tag) => set.get(tag)?.removed != null);
  if (op.kind === 'play.add') return plays.get(op.playId)?.added != null;
  if (op.kind === 'play.remove') return op.playIds.every((id) => plays.get(id)?.removed != null);
  const stored = registers.get(registerIdOf(op));
  return stored !== undefined && compareStamps(stored, op) >= 0;
}

function requireInvariants(
  { app, service }: World,
  before: WatchStateInspection | undefined,
): void {
  const now = app.state.inspect();
  const waiting = now.outbox.filter(({ state }) => state !== 'dead').map(({ op }) => op);
  const { watchlist, progress, said } = fold([...now.acknowledged, ...waiting]);
  // [SDK8] What is shown is what is acknowledged with the outbox over it.
  expect(shown(app.state)).toEqual({ watchlist, progress });
  expect(saidIn(app.state)).toEqual(said);
  // [PLY1] History is in no replica.
  expect(now.acknowledged.filter(({ kind }) => kind.startsWith('play'))).toEqual([]);
  // [SDK4] One change of a register waits to be sent.
  const unsent = now.outbox
    .filter(({ op, state }) => state === 'unsent' && isRegisterOp(op))
    .map(({ op }) => `${partOf(op)} ${keyOf(op)}`);
  expect(new Set(unsent).size).toBe(unsent.length);
  // [SDK2] Nothing leaves without its answer; progress may, for a later one that was made before it was sent.
  const ids = new Set(now.outbox.map(({ id }) => id));
  for (const { id, op, state } of before?.outbox ?? []) {
    if (ids.has(id)) continue;
    const isFolded = isRegisterOp(op) && state === 'unsent';
    expect(isFolded || holds(service.storeOf('ada'), op)).toBe(true);
  }
  // Nothing that was acknowledged vanishes, but tags that were removed.
  const known = fold(now.acknowledged);
  const knownBefore = fold(before?.acknowledged ?? []);
  for (const op of before?.acknowledged ?? []) {
    expect(holds(known, op) || isCollected(known.set, knownBefore.set, op)).toBe(true);
  }
}

function isCollected(now: ORSet, before: ORSet, op: Op): boolean {
  if (op.kind !== 'watchlist.add' && op.kind !== 'watchlist.remove') return false;
  const tags = op.kind === 'watchlist.add' ? [op.tag] : op.tags;
  return tags.every((tag) => now.get(tag) === undefined && before.get(tag)?.removed != null);
}

it(
  '[SDK2] [SDK4] [SDK8] whatever happens in whatever order, nothing is lost and all agree in the end',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryActions, async (taken) => {
        const world = new World();
        await world.open();
        let before: WatchStateInspection | undefined;
        for (const action of taken) {
          await world.take(action);
          requireInvariants(world, before);
          before = world.app.state.inspect();
        }
        const { environment, service } = world;
        const { state } = world.app;
        service.isReachable = true;
        service.acknowledges = true;
        await environment.advance(120_000);
        requireInvariants(world, before);
        expect(state.status.get()).toMatchObject({ pending: 0, deadLetters: 0, isOnline: true });
        const store = service.storeOf('ada');
        const { watchlist, progress, said } = fold(store.log);
        expect(shown(state)).toEqual({ watchlist, progress });
        expect(saidIn(state)).toEqual(said);
        await state.close();
        expect(environment.timers).toEqual([]);
      }),
      { numRuns: 300 },
    );
  },
);
