import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestApi, type TestApi } from '../testing/test-api.ts';

let api: TestApi;
let fail = false;
beforeAll(async () => {
  api = await createTestApi({
    databaseUrl: inject('postgresUrl'),
    wrap: ({ persistence }) => ({
      persistence: {
        persistOp: (userId, op, options) => {
          if (!fail) return persistence.persistOp(userId, op, options);
          const detail = `Key (content_id)=(${op.contentId}) already exists.`;
          const cause = Object.assign(new Error(detail), {
            code: '23505',
            severity: 'ERROR',
            detail,
          });
          return Promise.reject(new Error(`bug with ${op.contentId}`, { cause }));
        },
        persistDevice: (userId, device) => persistence.persistDevice(userId, device),
        updateDeviceHeartbeat: (userId, id, atMs) =>
          persistence.updateDeviceHeartbeat(userId, id, atMs),
        deleteDevice: (userId, id) => persistence.deleteDevice(userId, id),
      },
    }),
  });
});
afterAll(() => api.close());

describe('the log', () => {
  it('[SEC4] holds no token, content id or position, whatever is called and whatever fails', async () => {
    const user = await api.createUser();
    const [content, position, device] = ['marker-content', 1_234_567, 'marker-device'];
    const body = { positionSeconds: position, durationSeconds: position, state: 'paused' };
    const named = { deviceType: 'TV', platform: 'marker-platform', appVersion: '1' };
    const op = { kind: 'progress.clear', contentId: content, timestamp: '000000000001-0000' };
    const exercise = async () => {
      await user.call('PUT', `/watchlist/${content}`, { device });
      await user.call('PUT', `/watchlist/${content}`, { body: { tag: randomUUID() } });
      await user.call('DELETE', `/watchlist/${content}`);
      await user.call('PUT', `/progress/${content}`, { body });
      await user.call('PUT', `/progress/${content}`, { body: { ...body, state: 'marker-state' } });
      await user.call('GET', `/progress/${content}?marker-query=1`);
      await user.call('DELETE', `/progress/${content}`);
      await user.call('PUT', `/devices/${device}`, { body: named });
      await user.call('POST', '/sync', {
        body: { deviceId: device, ops: [op, { ...op, contentId: 5 }] },
      });
      await user.call('POST', '/sync', { payload: `{"marker-broken": ${position}` });
      await user.call('GET', '/sync?cursor=marker-cursor');
      await user.call('GET', '/export');
      await user.call('PATCH', `/watchlist/${content}`);
      await user.call('GET', `/unknown/${content}`);
      await api.call('GET', `//marker-path/%ff`);
      await api.call('GET', '/watchlist', { token: `${user.token}broken` });
    };
    await exercise();
    fail = true;
    const failed = await user.call('PUT', `/progress/${content}`, { body });
    expect(failed).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(failed.text).not.toContain(content);
    await exercise();

    const log = api.logLines.join('');
    expect(log).toContain('"route":"/api/v1/progress/:contentId"');
    expect(log).toContain('"sqlState":"23505"');
    for (const secret of ['marker', String(position), user.token, user.token.slice(-20), 'Key (']) {
      expect(log).not.toContain(secret);
    }
  });
});
