import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  createTestApi,
  type CallOptions,
  type TestApi,
  type TestUser,
} from '../testing/test-api.ts';

let api: TestApi;
let user: TestUser;
beforeAll(async () => {
  api = await createTestApi({ databaseUrl: inject('postgresUrl') });
  user = await api.createUser();
});
afterAll(() => api.close());

const good = { positionSeconds: 1, durationSeconds: 2, state: 'playing' };
const progress = (change: object): CallOptions => ({ body: { ...good, ...change } });
const raw = (payload: string): CallOptions => ({ payload });

type Case = [
  what: string,
  method: string,
  path: string,
  CallOptions,
  status: number,
  code: string,
  field?: string,
];

const cases: readonly Case[] = [
  [
    'content id of 256 characters',
    'PUT',
    `/watchlist/${'x'.repeat(256)}`,
    {},
    400,
    'invalid_content_id',
    'contentId',
  ],
  [
    'content id of 256 emoji',
    'PUT',
    `/watchlist/${encodeURIComponent('☕'.repeat(256))}`,
    {},
    400,
    'invalid_content_id',
    'contentId',
  ],
  ['content id with a NUL', 'PUT', '/watchlist/a%00b', {}, 400, 'invalid_content_id', 'contentId'],
  [
    'content id with a line feed',
    'PUT',
    '/progress/a%0Ab',
    progress({}),
    400,
    'invalid_content_id',
    'contentId',
  ],
  [
    'content id that is no UTF-8',
    'PUT',
    '/watchlist/%ff',
    {},
    400,
    'invalid_content_id',
    'contentId',
  ],
  [
    'content id cut in its encoding',
    'GET',
    '/progress/%E0%A4',
    {},
    400,
    'invalid_content_id',
    'contentId',
  ],
  [
    'content id past any length',
    'PUT',
    `/watchlist/${'x'.repeat(9_000)}`,
    {},
    400,
    'invalid_content_id',
    'contentId',
  ],
  ['device id that is no UTF-8', 'GET', '/devices/%ff', {}, 400, 'invalid_device_id', 'deviceId'],
  [
    'device id past any length',
    'POST',
    `/devices/${'x'.repeat(9_000)}/heartbeat`,
    {},
    400,
    'invalid_device_id',
    'deviceId',
  ],
  ['path that is no UTF-8', 'GET', '/%ff', {}, 400, 'invalid_request'],
  [
    'content id with a lone surrogate in UTF-8',
    'PUT',
    '/watchlist/%ED%A0%80',
    {},
    400,
    'invalid_content_id',
    'contentId',
  ],
  [
    'tag that is not a UUID',
    'PUT',
    '/watchlist/a',
    { body: { tag: 'x' } },
    400,
    'invalid_tag',
    'tag',
  ],
  ['tag that is a number', 'PUT', '/watchlist/a', { body: { tag: 5 } }, 400, 'invalid_tag', 'tag'],
  [
    'unknown field',
    'PUT',
    '/watchlist/a',
    { body: { admin: true } },
    400,
    'invalid_request',
    'admin',
  ],
  ['body that is an array', 'PUT', '/watchlist/a', { body: [] }, 400, 'invalid_request'],
  ['body that is a text', 'PUT', '/watchlist/a', raw('"x"'), 400, 'invalid_request'],
  [
    'negative seconds',
    'PUT',
    '/progress/a',
    progress({ positionSeconds: -1 }),
    400,
    'invalid_seconds',
    'positionSeconds',
  ],
  [
    'negative seconds',
    'PUT',
    '/progress/a',
    progress({ durationSeconds: -1.5 }),
    400,
    'invalid_seconds',
    'durationSeconds',
  ],
  [
    'seconds past 32 bits',
    'PUT',
    '/progress/a',
    progress({ positionSeconds: 2_147_483_648 }),
    400,
    'invalid_seconds',
    'positionSeconds',
  ],
  [
    'seconds as a text',
    'PUT',
    '/progress/a',
    progress({ positionSeconds: '1' }),
    400,
    'invalid_seconds',
    'positionSeconds',
  ],
  [
    'seconds beyond numbers',
    'PUT',
    '/progress/a',
    raw('{"positionSeconds":1e999,"durationSeconds":1,"state":"paused"}'),
    400,
    'invalid_seconds',
    'positionSeconds',
  ],
  [
    'missing seconds',
    'PUT',
    '/progress/a',
    { body: { durationSeconds: 1, state: 'paused' } },
    400,
    'invalid_seconds',
    'positionSeconds',
  ],
  [
    'null for seconds',
    'PUT',
    '/progress/a',
    progress({ positionSeconds: null }),
    400,
    'invalid_seconds',
    'positionSeconds',
  ],
  [
    'unknown state',
    'PUT',
    '/progress/a',
    progress({ state: 'rewinding' }),
    400,
    'invalid_state',
    'state',
  ],
  [
    'malformed timestamp',
    'PUT',
    '/progress/a',
    progress({ timestamp: '2026-01-01' }),
    400,
    'invalid_timestamp',
    'timestamp',
  ],
  [
    'timestamp far ahead',
    'PUT',
    '/progress/a',
    progress({ timestamp: 'ffffffffffff-ffff' }),
    409,
    'clock_ahead',
    'timestamp',
  ],
  ['absent body', 'PUT', '/progress/a', {}, 400, 'invalid_seconds', 'positionSeconds'],
  ['empty body', 'PUT', '/progress/a', raw(''), 400, 'invalid_seconds', 'positionSeconds'],
  ['broken JSON', 'PUT', '/progress/a', raw('{"positionSeconds":'), 400, 'invalid_request'],
  [
    'JSON that is too deep',
    'PUT',
    '/watchlist/a',
    raw(`${'['.repeat(50_000)}${']'.repeat(50_000)}`),
    400,
    'limit_exceeded',
  ],
  [
    'JSON that is too large',
    'POST',
    '/sync',
    raw(`{"deviceId":"${'x'.repeat(1_048_576)}"}`),
    413,
    'payload_too_large',
  ],
  [
    'prototype in a body',
    'PUT',
    '/watchlist/a',
    raw('{"__proto__":{"isAdmin":true}}'),
    400,
    'invalid_request',
    '__proto__',
  ],
  [
    'constructor in a body',
    'PUT',
    '/watchlist/a',
    raw('{"constructor":{"prototype":{"isAdmin":true}}}'),
    400,
    'invalid_request',
    'constructor',
  ],
  [
    'text as a body',
    'PUT',
    '/watchlist/a',
    { payload: 'tag', headers: { 'content-type': 'text/plain' } },
    415,
    'unsupported_media_type',
  ],
  [
    'form as a body',
    'PUT',
    '/watchlist/a',
    { payload: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    415,
    'unsupported_media_type',
  ],
  [
    'no content type',
    'PUT',
    '/progress/a',
    { payload: '{}', headers: { 'content-type': '' } },
    415,
    'unsupported_media_type',
  ],
  ['limit of 0', 'GET', '/watchlist?limit=0', {}, 400, 'invalid_request', 'limit'],
  ['limit of 1,001', 'GET', '/progress?limit=1001', {}, 400, 'invalid_request', 'limit'],
  ['limit that is no number', 'GET', '/devices?limit=many', {}, 400, 'invalid_request', 'limit'],
  ...['5.0', '1e1', '0x10', '%205', '+5'].map((limit): Case => [
    `limit of ${limit}`,
    'GET',
    `/watchlist?limit=${limit}`,
    {},
    400,
    'invalid_request',
    'limit',
  ]),
  ['null as a body', 'PUT', '/watchlist/a', raw('null'), 400, 'invalid_request'],
  ['limit twice', 'GET', '/watchlist?limit=1&limit=2', {}, 400, 'invalid_request', 'limit'],
  ['unknown status', 'GET', '/progress?status=all%27--', {}, 400, 'invalid_request', 'status'],
  ['unknown query', 'GET', '/watchlist?user=bob', {}, 400, 'invalid_request', 'user'],
  ['empty cursor', 'GET', '/sync?cursor=', {}, 400, 'invalid_cursor', 'cursor'],
  [
    'device id outside its alphabet',
    'GET',
    '/devices/a%20b',
    {},
    400,
    'invalid_device_id',
    'deviceId',
  ],
  [
    'a hook whose label has a NUL',
    'POST',
    '/hooks',
    { body: { source: 'plex', label: 'a\u0000b' } },
    400,
    'invalid_request',
  ],
  [
    'a hook for a user with half of a surrogate pair',
    'POST',
    '/hooks',
    { body: { source: 'plex', acceptedUsers: [{ name: '\ud800' }] } },
    400,
    'invalid_request',
  ],
  [
    'push without a device',
    'POST',
    '/sync',
    { body: { ops: [] } },
    400,
    'invalid_device_id',
    'deviceId',
  ],
  [
    'push whose ops are no list',
    'POST',
    '/sync',
    { body: { deviceId: 'tv', ops: {} } },
    400,
    'invalid_request',
    'ops',
  ],
];

describe('hostile input', () => {
  it.each(cases)(
    '%s: %s is a 4xx with its code and field',
    async (_what, method, path, options, status, code, field) => {
      const answer = await user.call(method, path, options);
      expect(answer).toMatchObject({ status, body: { code, status } });
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.body.field).toBe(field);
    },
  );

  it('lone surrogates in every text of a body are refused', async () => {
    const lone = '\\ud800';
    const answers = await Promise.all([
      user.call('PUT', '/watchlist/a', raw(`{"tag":"${lone}"}`)),
      user.call(
        'PUT',
        '/progress/a',
        raw(`{"positionSeconds":1,"durationSeconds":1,"state":"${lone}"}`),
      ),
      user.call(
        'PUT',
        '/devices/tv',
        raw(`{"deviceType":"TV","platform":"${lone}","appVersion":"1"}`),
      ),
      user.call('POST', '/sync', raw(`{"deviceId":"${lone}"}`)),
    ]);
    for (const { status } of answers) expect(status).toBe(400);
    const pushed = await user.call(
      'POST',
      '/sync',
      raw(
        `{"deviceId":"tv","ops":[{"kind":"progress.clear","contentId":"${lone}","timestamp":"000000000001-0000"}]}`,
      ),
    );
    expect(pushed.body.results).toEqual([
      { result: 'rejected', code: 'invalid_content_id', field: 'contentId' },
    ]);
  });

  it.each<readonly [string, CallOptions, string]>([
    ['/progress/a', { body: { positionSeconds: 1, durationSeconds: 2 } }, 'state is missing.'],
    ['/watchlist/a', { body: { colour: 1 } }, 'colour is not a known field.'],
    ['/watchlist/a', raw('{"__proto__":1}'), '__proto__ is not a known field.'],
    [
      '/watchlist/a',
      { body: { tag: 'x' } },
      'tag does not fit: The UUID that one watchlist add minted.',
    ],
    [
      '/devices/a',
      { body: { deviceType: 'TV', platform: '', appVersion: '1' } },
      'platform does not fit: 1 to 50 code points; no control characters, none that turn or hide text.',
    ],
  ])('says to people what is wrong: PUT %s', async (path, options, detail) => {
    expect((await user.call('PUT', path, options)).body.detail).toBe(detail);
  });

  it('prototype keys in an op cost that op alone', async () => {
    const clear = (rest: string) =>
      `{"kind":"progress.clear","contentId":"none","timestamp":"000000000001-0000"${rest}}`;
    const ops = [
      clear(',"__proto__":{"isAdmin":true}'),
      clear(',"constructor":{"prototype":{"isAdmin":true}}'),
      '{"__proto__":{"kind":"progress.clear"}}',
      clear(''),
    ];
    const pushing = await api.createUser();
    const { status, body } = await pushing.call(
      'POST',
      '/sync',
      raw(`{"deviceId":"tv","ops":[${ops.join(',')}]}`),
    );
    expect(status).toBe(200);
    expect(body.results).toEqual([
      { result: 'rejected', code: 'invalid_request', field: '__proto__' },
      { result: 'rejected', code: 'invalid_request', field: 'constructor' },
      { result: 'rejected', code: 'invalid_request', field: 'kind' },
      { result: 'applied' },
    ]);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    const { text } = await api.call('GET', '//metrics');
    expect(text).toMatch(/cuepoint_ops_total{kind="unknown",result="rejected"} [1-9]/);
    expect(text).toMatch(/cuepoint_ops_total{kind="progress.clear",result="rejected"} [2-9]/);
  });

  it('leaves nothing stored and the service unharmed', async () => {
    const { body } = await user.call('GET', '/sync');
    expect(body.changes).toEqual([]);
    expect((await user.call('GET', '/devices')).body.total).toBe(0);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect((await user.call('PUT', '/watchlist/fine')).status).toBe(201);
    const levels = api.logLines.map((line) => (JSON.parse(line) as { level: number }).level);
    expect(Math.max(...levels)).toBeLessThan(50);
  });
});
