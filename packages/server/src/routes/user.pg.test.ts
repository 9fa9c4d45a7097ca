import { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { importExport } from '../export/import-export.ts';
import { Gate } from '../testing/gate.ts';
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({ databaseUrl: inject('postgresUrl') });
});
afterAll(() => api.close());

async function fill(user: TestUser): Promise<void> {
  await user.call('PUT', '/watchlist/kept', { device: 'tv' });
  await user.call('PUT', '/watchlist/gone', { device: 'tv' });
  await user.call('DELETE', '/watchlist/gone', { device: 'phone' });
  const body = { positionSeconds: 10, durationSeconds: 0, state: 'paused' };
  await user.call('PUT', '/progress/kept', { body });
  await user.call('PUT', '/progress/cleared', { body });
  await user.call('DELETE', '/progress/cleared');
  const device = {
    deviceType: 'TV',
    platform: 'Tizen',
    appVersion: '1',
    capabilities: { canCast: true },
  };
  await user.call('PUT', '/devices/tv', { body: device });
  await user.call('PUT', '/devices/old', { body: device });
  await user.call('DELETE', '/devices/old');
}

const linesOf = (text: string) => createInterface({ input: Readable.from([text]) });

describe('the data of a user', () => {
  it('exports as JSON lines and comes back the same: export, erase, import, export', async () => {
    const user = await api.createUser();
    await fill(user);
    const exported = await user.call('GET', '/export');
    expect(exported.headers['content-type']).toBe('application/jsonl');
    const lines = exported.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines[0]).toEqual({ type: 'cuepoint-export', version: 1, userId: user.userId });
    expect(lines.at(-1)).toEqual({ type: 'end', lines: 6 });

    const other = await api.createUser();
    const into = { userId: other.userId };
    const report = await importExport(api.parts.repository, linesOf(exported.text), into);
    expect(report).toMatchObject({ merged: 6, changed: 6, badCount: 0, complete: true });
    const copied = await other.call('GET', '/export');
    const withoutHeader = (text: string) => text.slice(text.indexOf('\n')).split('\n').toSorted();
    expect(withoutHeader(copied.text)).toEqual(withoutHeader(exported.text));

    const again = await importExport(api.parts.repository, linesOf(exported.text), into);
    expect(again).toMatchObject({ merged: 6, changed: 0 });
  });

  it('[SEC3] an export at a time: the next is refused, not held, until the first is gone', async () => {
    const gate = new Gate();
    const held = await createTestApi({
      databaseUrl: inject('postgresUrl'),
      wrap: ({ repository }) => ({
        repository: new Proxy(repository, {
          get: (target, name): unknown => {
            if (name !== 'exportUser') return Reflect.get(target, name);
            return async function* exportUser(userId: string) {
              for await (const line of target.exportUser(userId)) {
                await gate.pass();
                yield line;
              }
            };
          },
        }),
      }),
    });
    const user = await held.createUser();
    await user.call('PUT', '/watchlist/kept', { device: 'tv' });
    gate.close();
    const first = user.call('GET', '/export');
    await gate.untilWaiting(1);
    expect(await user.call('GET', '/export')).toMatchObject({
      status: 429,
      body: { code: 'rate_limited', limit: { name: 'exportsPerUser', value: 1 } },
    });
    gate.open();
    expect((await first).status).toBe(200);
    expect((await user.call('GET', '/export')).status).toBe(200);
    await held.close();
  });

  it('erases everything, gives older cursors an empty resync, and lets new writes in', async () => {
    const user = await api.createUser();
    await fill(user);
    const { body: before } = await user.call('GET', '/sync');
    expect(await user.call('DELETE', '/user')).toMatchObject({ status: 204, text: '' });
    for (const path of ['/watchlist', '/progress', '/devices']) {
      expect((await user.call('GET', path)).body).toMatchObject({ items: [], total: 0 });
    }
    const { body } = await user.call('GET', `/sync?cursor=${encodeURIComponent(before.cursor)}`);
    expect(body).toMatchObject({ changes: [], resync: true });
    const replayed = await user.call('POST', '/sync', {
      body: {
        deviceId: 'tv',
        ops: before.changes.map((op: object) => Object.assign(op, { deviceId: 'tv' })),
      },
    });
    for (const result of replayed.body.results) {
      expect(result).toMatchObject({ result: 'rejected', code: 'stale_op' });
    }
    expect(await user.call('PUT', '/watchlist/new')).toMatchObject({ status: 201 });
  });

  it("[SQL7] one user never sees or changes what is another's", async () => {
    const [alice, bob] = [await api.createUser(), await api.createUser()];
    await fill(alice);
    const before = (await alice.call('GET', '/export')).text;
    for (const path of ['/watchlist', '/progress', '/devices']) {
      expect((await bob.call('GET', path)).body.total).toBe(0);
    }
    expect((await bob.call('GET', '/progress/kept')).status).toBe(404);
    expect((await bob.call('GET', '/devices/tv')).status).toBe(404);
    expect((await bob.call('GET', '/sync')).body.changes).toEqual([]);
    await bob.call('DELETE', '/watchlist/kept');
    await bob.call('DELETE', '/progress/kept');
    await bob.call('DELETE', '/devices/tv');
    const { cursor } = (await alice.call('GET', '/sync')).body;
    expect(
      (await bob.call('GET', `/sync?cursor=${encodeURIComponent(cursor)}`)).body.changes,
    ).toEqual([]);
    await bob.call('DELETE', '/user');
    expect((await alice.call('GET', '/export')).text).toBe(before);
  });
});
