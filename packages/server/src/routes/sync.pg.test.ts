import { randomUUID } from 'node:crypto';
import { CuepointError, readOp, timestampToText, type Op } from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestApi, type TestApi } from '../testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({ databaseUrl: inject('postgresUrl') });
});
afterAll(() => api.close());

const now = () => timestampToText({ physical: Date.now(), logical: 0 });
const add = (contentId: string, rest: object = {}) => ({
  kind: 'watchlist.add',
  contentId,
  tag: randomUUID(),
  timestamp: now(),
  ...rest,
});

describe('/sync', () => {
  it('pushes ops, pulls the changes of other devices, and goes on from its cursor', async () => {
    const user = await api.createUser();
    const first = await user.call('POST', '/sync', { body: { deviceId: 'tv', ops: [add('one')] } });
    expect(first.body).toMatchObject({
      results: [{ result: 'applied' }],
      resync: true,
      more: false,
    });
    expect(Object.keys(first.body).sort()).toEqual([
      'changes',
      'cursor',
      'more',
      'results',
      'resync',
      'serverTime',
    ]);
    expect(first.body.changes).toMatchObject([{ contentId: 'one', deviceId: 'tv' }]);
    expect(Math.abs(first.body.serverTime - Date.now())).toBeLessThan(60_000);

    await user.call('POST', '/sync', { body: { deviceId: 'phone', ops: [add('two')] } });
    const { cursor } = first.body;
    const next = await user.call('POST', '/sync', { body: { deviceId: 'tv', cursor } });
    expect(next.body).toMatchObject({
      results: [],
      resync: false,
      changes: [{ kind: 'watchlist.add', contentId: 'two', deviceId: 'phone' }],
    });
    const pulled = await user.call('GET', `/sync?cursor=${encodeURIComponent(next.body.cursor)}`);
    expect(pulled.body).toMatchObject({ changes: [], resync: false, more: false });
  });

  it('a repeated push is all duplicates', async () => {
    const user = await api.createUser();
    const ops = [
      add('one'),
      {
        kind: 'progress.set',
        contentId: 'one',
        positionSeconds: 1,
        durationSeconds: 2,
        state: 'paused',
        timestamp: now(),
      },
      { kind: 'watchlist.remove', contentId: 'one', tags: [randomUUID()], timestamp: now() },
    ];
    const push = async () =>
      (await user.call('POST', '/sync', { body: { deviceId: 'tv', ops } })).body.results.map(
        ({ result }: { result: string }) => result,
      );
    expect(await push()).toEqual(['applied', 'applied', 'applied']);
    expect(await push()).toEqual(['duplicate', 'duplicate', 'duplicate']);
  });

  it('one bad op never blocks the others, and each has its own code', async () => {
    const user = await api.createUser();
    const ahead = timestampToText({ physical: Date.now() + 3_600_000, logical: 0 });
    const inputs: readonly [op: unknown, expected: object][] = [
      [add('good'), { result: 'applied' }],
      [add('x'.repeat(256)), { code: 'invalid_content_id', field: 'contentId' }],
      [add('a', { tag: 'no' }), { code: 'invalid_tag', field: 'tag' }],
      [add('a', { timestamp: 'soon' }), { code: 'invalid_timestamp', field: 'timestamp' }],
      [add('a', { timestamp: ahead }), { code: 'clock_ahead' }],
      [add('a', { deviceId: 'phone' }), { code: 'device_mismatch', field: 'deviceId' }],
      [add('a', { extra: 1 }), { code: 'invalid_request', field: 'extra' }],
      [{ kind: 'watchlist.burn' }, { code: 'invalid_request', field: 'kind' }],
      [{ kind: 'toString' }, { code: 'invalid_request', field: 'kind' }],
      [null, { code: 'invalid_request', field: 'kind' }],
      [[], { code: 'invalid_request', field: 'kind' }],
      [
        {
          kind: 'progress.set',
          contentId: 'a',
          positionSeconds: -1,
          durationSeconds: 0,
          state: 'paused',
          timestamp: now(),
        },
        { code: 'invalid_seconds', field: 'positionSeconds' },
      ],
      [
        { kind: 'watchlist.remove', contentId: 'a', tags: [], timestamp: now() },
        { code: 'invalid_tag' },
      ],
      [add('also good'), { result: 'applied' }],
    ];
    const answer = await user.call('POST', '/sync', {
      body: { deviceId: 'tv', ops: inputs.map(([op]) => op) },
    });
    expect(answer.status).toBe(200);
    expect(answer.body.results).toMatchObject(
      inputs.map(([, expected]) => Object.assign({ result: 'rejected' }, expected)),
    );
    const { body } = await user.call('GET', '/watchlist');
    expect(body.items.map((item: { contentId: string }) => item.contentId)).toEqual([
      'also good',
      'good',
    ]);
  });

  it('[HLC4] [CUR4] knows what it has stored, whatever its clock says, and tells what is past a floor', async () => {
    const user = await api.createUser();
    const aheadMs = Date.now() + 3_600_000;
    const at = (logical: number) => timestampToText({ physical: aheadMs, logical });
    const [live, gone] = [add('live', { timestamp: at(1) }), add('gone', { timestamp: at(2) })];
    const removed = {
      kind: 'watchlist.remove',
      contentId: 'gone',
      tags: [gone.tag],
      timestamp: at(3),
    };
    const film = {
      kind: 'progress.set',
      contentId: 'film',
      positionSeconds: 1.5,
      state: 'paused',
      timestamp: at(4),
    };
    const push = async (...ops: object[]) =>
      (await user.call('POST', '/sync', { body: { deviceId: 'tv', ops } })).body;
    for (const op of [live, gone, removed, film]) {
      await api.parts.persistence.persistOp(user.userId, readOp(op, 'tv') as Op);
    }
    expect((await push(live, gone, removed, film)).results).toMatchObject([
      { result: 'duplicate' },
      { result: 'superseded' },
      { result: 'duplicate' },
      { result: 'duplicate' },
    ]);
    const { floor, results, serverTime } = await push(
      { ...film, timestamp: at(5) },
      add('new', { timestamp: at(5) }),
    );
    expect(results).toMatchObject([{ result: 'applied' }, { code: 'clock_ahead' }]);
    expect([floor, typeof serverTime]).toEqual([undefined, 'number']);
    await api.database.execute(
      `insert into "${api.database.schema}".user_floors (user_id, collected_physical, collected_logical)
       values ($1::uuid, $2, 9)`,
      [user.userId, aheadMs],
    );
    const stale = await push(add('new'), add('newer', { timestamp: at(8) }));
    expect(stale).toMatchObject({
      results: [{ code: 'stale_op' }, { code: 'stale_op' }],
      floor: at(9),
    });
    expect((await push(add('new', { timestamp: at(10) }))).results).toEqual([
      { result: 'applied' },
    ]);
  });

  it('[SEC3] refuses a push of 501 ops, stores none, and takes 500', async () => {
    const user = await api.createUser();
    const ops = Array.from({ length: 501 }, (_, index) => add(`film-${index}`));
    const push = (count: number) =>
      user.call('POST', '/sync', { body: { deviceId: 'tv', ops: ops.slice(0, count) } });
    expect(await push(501)).toMatchObject({
      status: 400,
      body: { code: 'limit_exceeded', limit: { name: 'opsPerPush', value: 500 } },
    });
    expect((await user.call('GET', '/watchlist')).body.total).toBe(0);
    expect((await push(500)).body.results).toHaveLength(500);
    expect((await user.call('GET', '/watchlist?limit=1000')).body.total).toBe(500);
  });

  it('pages a state that is larger than a page, with the cursor on the last', async () => {
    const user = await api.createUser();
    for (let start = 0; start < 1_200; start += 400) {
      const ops = Array.from({ length: 400 }, (_, index) => add(`film-${start + index}`));
      await user.call('POST', '/sync', { body: { deviceId: 'tv', ops } });
    }
    const first = await user.call('GET', '/sync');
    expect(first.body).toMatchObject({ resync: true, more: true });
    expect(first.body.cursor).toBeUndefined();
    const second = await user.call('GET', `/sync?page=${encodeURIComponent(first.body.page)}`);
    expect(second.body).toMatchObject({ resync: true, more: false });
    expect(second.body.cursor).toBeTypeOf('string');
    expect(first.body.changes.length + second.body.changes.length).toBe(1_200);
  });

  it.each(['nonsense', 'W10', '%00', 'WyIxIiwiMiJd'])('refuses the cursor %j', async (cursor) => {
    const user = await api.createUser();
    const refused = { status: 400, body: { code: 'invalid_cursor' } };
    expect(await user.call('GET', `/sync?cursor=${encodeURIComponent(cursor)}`)).toMatchObject(
      refused,
    );
    expect(
      await user.call('POST', '/sync', { body: { deviceId: 'tv', cursor, ops: [] } }),
    ).toMatchObject(refused);
  });

  it('[SEC1] the device of the body is the one that the header and the token name', async () => {
    const user = await api.createUser();
    const refused = { status: 403, body: { code: 'device_mismatch', field: 'deviceId' } };
    const body = { deviceId: 'phone', ops: [] };
    expect(await user.call('POST', '/sync', { body, device: 'tv' })).toMatchObject(refused);
    const bound = await api.createUser({ deviceId: 'tv' });
    expect(await bound.call('POST', '/sync', { body })).toMatchObject(refused);
  });
});

describe('/sync while the store cannot answer', () => {
  it.each(['overloaded', 'outcome_unknown', 'shutting_down'] as const)(
    '[GC5] answers 503 %s for the whole push, to be sent again',
    async (code) => {
      let calls = 0;
      const stuck = await createTestApi({
        databaseUrl: inject('postgresUrl'),
        wrap: ({ persistence }) => ({
          persistence: {
            persistOp: (userId, op, options) => {
              calls += 1;
              return calls === 2
                ? Promise.reject(new CuepointError(code, 'Not now.', { retryAfterMs: 1_500 }))
                : persistence.persistOp(userId, op, options);
            },
            persistDevice: () => Promise.reject(new Error('not in this test')),
            updateDeviceHeartbeat: () => Promise.resolve(false),
            deleteDevice: () => Promise.resolve(false),
          },
        }),
      });
      try {
        const user = await stuck.createUser();
        const ops = [add('one'), add('two'), add('three')];
        const push = () => user.call('POST', '/sync', { body: { deviceId: 'tv', ops } });
        const refused = await push();
        expect(refused).toMatchObject({ status: 503, body: { code, retryAfterMs: 1_500 } });
        expect(refused.headers['retry-after']).toBe('2');
        const again = await push();
        expect(again.body.results.map(({ result }: { result: string }) => result)).toEqual([
          'duplicate',
          'applied',
          'duplicate',
        ]);
      } finally {
        await stuck.close();
      }
    },
  );
});
