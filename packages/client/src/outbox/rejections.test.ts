import { timestampToText, type ErrorCode, type WireOpResult } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { FakeEnvironment, settled } from '../testing/fake-environment.ts';
import { FakeService } from '../testing/fake-service.ts';
import { openApp, shown, type App } from '../testing/open-app.ts';

/** The first push is answered with this; the others as they deserve. */
function answerFirst({ service }: App, result: WireOpResult, serverTime?: number): void {
  let answers = 0;
  service.answerInstead = ({ id, ops }) => {
    answers += 1;
    if (answers > 1) return undefined;
    return {
      type: 'ack',
      id,
      results: ops.map(() => result),
      ...(serverTime !== undefined && { serverTime }),
    };
  };
}

const rejected = (code: ErrorCode): WireOpResult => ({ result: 'rejected', code });

describe('a change that the service refuses', () => {
  it('[SDK3] as ahead of its clock gets its time from the answer', async () => {
    const app = await openApp();
    const { state, service, environment } = app;
    answerFirst(app, rejected('clock_ahead'), environment.trueMs - 90_000);
    state.watchlist.add('film');
    await environment.advance(0);
    const [first, second] = service.pushes.map(({ ops: [op] }) => op);
    expect(second).toEqual({ ...first, timestamp: expect.any(String) });
    expect((second?.timestamp ?? '') < (first?.timestamp ?? '')).toBe(true);
    expect(state.status.get().pending).toBe(0);
    await state.close();
  });

  it('[SDK3] because its stamp is taken gets the next', async () => {
    const app = await openApp();
    const { state, service, environment } = app;
    answerFirst(app, rejected('stamp_reused'));
    state.progress.set('film', { positionSeconds: 1, durationSeconds: 9, state: 'playing' });
    await environment.advance(0);
    const [first, second] = service.pushes.map(({ ops: [op] }) => op);
    expect((second?.timestamp ?? '') > (first?.timestamp ?? '')).toBe(true);
    expect(state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
    expect(shown(state).progress).toEqual({ film: 1 });
    await state.close();
  });

  it('[SDK3] as stale gets a new tag, as an add that was never sent before', async () => {
    const app = await openApp();
    const { state, service, environment } = app;
    answerFirst(app, rejected('stale_op'));
    state.watchlist.add('film');
    await environment.advance(0);
    const [first, second] = service.pushes.map(({ ops: [op] }) => op);
    expect(first).toMatchObject({ kind: 'watchlist.add', contentId: 'film' });
    expect(second).toMatchObject({ kind: 'watchlist.add', contentId: 'film' });
    expect((second as { tag: string }).tag).not.toBe((first as { tag: string }).tag);
    expect(state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
    await state.close();
  });

  it('[SDK3] as stale is set aside when it was sent before: it may have been stored and removed', async () => {
    const app = await openApp();
    const { state, service, environment } = app;
    service.acknowledges = false;
    state.watchlist.add('film');
    await settled();
    service.socket.end();
    answerFirst(app, rejected('stale_op'));
    await environment.advance(30_000);
    expect(state.deadLetters.list()).toMatchObject([
      { code: 'stale_op', op: { contentId: 'film' } },
    ]);
    await state.close();
  });

  it('[SDK2] [SDK8] for good leaves what is shown, and waits as a dead letter through a restart', async () => {
    const app = await openApp();
    const { state, storage, service, environment } = app;
    const heard: number[] = [];
    state.deadLetters.subscribe(() => heard.push(state.deadLetters.list().length));
    answerFirst(app, rejected('change_refused'));
    state.watchlist.add('film');
    const durable = state.whenDurable();
    await expect(durable).rejects.toMatchObject({ code: 'dead_letter' });
    expect(shown(state).watchlist).toEqual([]);
    expect(heard).toEqual([1]);
    expect(state.status.get()).toMatchObject({ pending: 0, deadLetters: 1 });
    await state.close();
    const next = await openApp({
      storage: await storage.reborn(),
      service,
      environment,
    });
    expect(next.state.deadLetters.list()).toEqual(state.deadLetters.list());
    // Nothing of it is sent by itself.
    await environment.advance(60_000);
    expect(service.pushes.length).toBe(1);
    const [{ id } = { id: '' }] = next.state.deadLetters.list();
    next.state.deadLetters.retry(id);
    expect(shown(next.state).watchlist).toEqual(['film']);
    await environment.advance(0);
    expect(next.state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
    expect([...service.storeOf('ada').set.contentIds()]).toEqual(['film']);
    expect(() => next.state.deadLetters.retry(id)).toThrow('No dead letter has this id.');
    await next.state.close();
  });

  it.each(['stamp_reused', 'clock_ahead', 'stale_op'] as const)(
    '[SDK2] as %s again and again waits, pending, and goes through by itself',
    async (code) => {
      const app = await openApp();
      const { state, service, environment } = app;
      let isOver = false;
      service.answerInstead = ({ id, ops }) =>
        isOver ? undefined : { type: 'ack', id, results: ops.map(() => rejected(code)) };
      state.watchlist.add('film');
      await environment.advance(600_000);
      expect(state.status.get()).toMatchObject({ pending: 1, deadLetters: 0, isOnline: true });
      expect(shown(state).watchlist).toEqual(['film']);
      // Twice at once, then after 1 s, 2 s, 4 s and so on, up to a minute, each a little longer by chance.
      expect(service.pushes.length).toBeGreaterThan(10);
      expect(service.pushes.length).toBeLessThan(20);
      // Others do not wait for it.
      isOver = true;
      state.watchlist.add('other');
      await environment.advance(0);
      expect([...service.storeOf('ada').set.contentIds()]).toEqual(['other']);
      await environment.advance(80_000);
      expect([...service.storeOf('ada').set.contentIds()].sort()).toEqual(['film', 'other']);
      expect(state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
      await state.close();
    },
  );

  it('[HLC4] [SDK2] because the clock of the service went back half an hour goes on where the person was', async () => {
    const environment = new FakeEnvironment();
    let backMs = 0;
    const service = new FakeService(() => environment.trueMs - backMs);
    const { state } = await openApp({ environment, service });
    const watch = (film: string, positionSeconds: number) =>
      state.progress.set(film, { positionSeconds, durationSeconds: 7_200, state: 'playing' });
    watch('first', 3_000);
    watch('second', 10);
    await environment.advance(600_000);
    backMs = 1_800_000;
    service.socket.end();
    await environment.advance(5_000);
    const pushed = service.pushes.length;
    watch('first', 3_600);
    state.watchlist.add('film');
    watch('third', 5);
    await environment.advance(0);
    expect(state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
    expect(service.pushes.length - pushed).toBeLessThan(3);
    const { registers, set } = service.storeOf('ada');
    expect(registers.get('first')).toMatchObject({ positionSeconds: 3_600 });
    expect(registers.get('third')).toMatchObject({
      positionSeconds: 5,
      timestamp: { physical: environment.trueMs - backMs },
    });
    expect([...set.contentIds()]).toEqual(['film']);
    await state.close();
  });

  it.each(['stale_op', 'clock_ahead'] as const)(
    '[HLC4] while the connection stays, as %s, is stamped past what the service says',
    async (code) => {
      const app = await openApp();
      const { state, service, environment } = app;
      const floor = { physical: environment.trueMs + 3_600_000, logical: 7 };
      let isTold = false;
      service.answerInstead = ({ id, ops }) => {
        if (isTold || ops.length === 0) return undefined;
        isTold = true;
        return {
          type: 'ack',
          id,
          results: ops.map(() => rejected(code)),
          serverTime: environment.trueMs,
          ...(code === 'stale_op' && { floor: timestampToText(floor) }),
        };
      };
      service.storeOf('ada').floor = code === 'stale_op' ? floor : undefined;
      state.progress.set('film', { positionSeconds: 1, durationSeconds: 9, state: 'playing' });
      state.watchlist.add('film');
      await environment.advance(0);
      state.progress.set('other', { positionSeconds: 2, durationSeconds: 9, state: 'playing' });
      await environment.advance(0);
      expect(state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
      expect(shown(state)).toEqual({ watchlist: ['film'], progress: { film: 1, other: 2 } });
      await state.close();
    },
  );

  it('[SDK2] blocks no other of its push', async () => {
    const app = await openApp();
    const { state, service, environment } = app;
    let answers = 0;
    service.answerInstead = ({ id }) => {
      answers += 1;
      if (answers > 1) return undefined;
      return {
        type: 'ack',
        id,
        results: [{ result: 'applied' }, rejected('invalid_tag'), { result: 'applied' }],
      };
    };
    for (const contentId of ['a', 'b', 'c']) state.watchlist.add(contentId);
    await environment.advance(0);
    expect(shown(state).watchlist).toEqual(['a', 'c']);
    expect(state.deadLetters.list().map(({ op }) => op.contentId)).toEqual(['b']);
    await state.close();
  });

  it('shows the winner of a change that lost', async () => {
    const app = await openApp();
    const { state, environment, service } = app;
    service.cut();
    await settled();
    state.progress.set('film', { positionSeconds: 1, durationSeconds: 9, state: 'playing' });
    await environment.advance(1_000);
    service.isReachable = true;
    service.storeOf('ada').commit(
      {
        kind: 'progress.set',
        contentId: 'film',
        positionSeconds: 7,
        durationSeconds: 9,
        state: 'paused',
        timestamp: { physical: environment.trueMs, logical: 0 },
        deviceId: 'phone',
      },
      environment.trueMs,
    );
    await environment.advance(30_000);
    expect(state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
    expect(state.progress.get('film')).toMatchObject({ positionSeconds: 7, deviceId: 'phone' });
    await state.close();
  });
});
