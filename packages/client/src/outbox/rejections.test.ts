import type { ErrorCode, WireOpResult } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-environment.ts';
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

  it('[SDK2] again and again is set aside in the end, not pushed for ever', async () => {
    const app = await openApp();
    const { state, service, environment } = app;
    service.answerInstead = ({ id, ops }) => ({
      type: 'ack',
      id,
      results: ops.map(() => rejected('stamp_reused')),
    });
    state.watchlist.add('film');
    await environment.advance(1_000);
    expect(state.status.get()).toMatchObject({ pending: 0, deadLetters: 1 });
    expect(service.pushes.length).toBe(9);
    state.deadLetters.discard(state.deadLetters.list()[0]?.id ?? '');
    expect(state.deadLetters.list()).toEqual([]);
    await state.close();
  });

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
