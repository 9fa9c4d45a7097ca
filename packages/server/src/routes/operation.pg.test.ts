import { CuepointError } from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestApi, type TestApi } from '../testing/test-api.ts';
import { OPEN_ROUTES, WAYS_IN } from '../testing/ways-in.ts';

let api: TestApi;
let ready: () => Promise<void> = async () => undefined;
beforeAll(async () => {
  api = await createTestApi({
    databaseUrl: inject('postgresUrl'),
    wrap: ({ health }) => ({
      health: {
        report: () => health.report(),
        requireReady: () => ready().then(() => health.requireReady()),
      },
    }),
  });
});
afterAll(() => api.close());

describe('the description', () => {
  it('asks for a body only where one is needed', async () => {
    const { paths } = (await api.call('GET', '//openapi.json')).body;
    expect(paths['/api/v1/watchlist/{contentId}'].put.requestBody.required).toBe(false);
    expect(paths['/api/v1/progress/{contentId}'].put.requestBody.required).toBe(true);
    expect(paths['/api/v1/sync'].post.requestBody.required).toBe(true);
  });
});

describe('what operators call', () => {
  it('is live, is ready, and says how it stores', async () => {
    expect(await api.call('GET', '//livez')).toMatchObject({
      status: 200,
      body: { status: 'live' },
    });
    expect(await api.call('GET', '//readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready' },
    });
    expect((await api.call('GET', '//health')).body).toMatchObject({
      mode: 'production',
      database: 'postgres',
      durable: true,
      backlogChanges: 0,
    });
  });

  it('is not ready without its database, and stays live', async () => {
    ready = () => Promise.reject(new CuepointError('database_unavailable', 'Away.'));
    expect(await api.call('GET', '//readyz')).toMatchObject({
      status: 503,
      body: { code: 'database_unavailable' },
    });
    expect((await api.call('GET', '//livez')).status).toBe(200);
    ready = async () => undefined;
  });

  it('counts ops, commits and answers, without any name of a user, a device or a content', async () => {
    const user = await api.createUser();
    const [contentId, device] = ['content-marker', 'device-marker'];
    const body = { positionSeconds: 1, durationSeconds: 2, state: 'paused' };
    for (let turn = 0; turn < 2; turn += 1) {
      await user.call('PUT', `/progress/${contentId}`, {
        body: { ...body, passive: false },
        device,
      });
    }
    await user.call('PUT', `/watchlist/${contentId}`, { device });
    const { status, text, headers } = await api.call('GET', '//metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toMatch(/cuepoint_ops_total\{kind="watchlist.add",result="applied"\} 1\n/);
    expect(text).toMatch(/cuepoint_commit_duration_seconds_count [1-9]/);
    expect(text).toMatch(/cuepoint_commit_rows_count [1-9]/);
    expect(text).toContain('route="/api/v1/progress/:contentId",status="200"');
    for (const name of [
      'cuepoint_backlog_changes',
      'cuepoint_backlog_bytes',
      'cuepoint_folded_changes_total',
      'cuepoint_commit_retries_total',
      'cuepoint_poison_rows_total',
      'cuepoint_gc_deleted_total',
      'cuepoint_pool_connections',
      'cuepoint_table_updates_total',
      'process_cpu_seconds_total',
    ]) {
      expect(text).toContain(`# TYPE ${name} `);
    }
    expect(text).toMatch(
      /cuepoint_table_updates_total\{table="user_progress",kind="heap_only"\} \d/,
    );
    for (const marker of [contentId, device, user.userId]) expect(text).not.toContain(marker);
  });

  it('describes every route by the schemas that validate it', async () => {
    const { body } = await api.call('GET', '//openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const calls = Object.entries(body.paths as Record<string, object>).flatMap(
      ([path, operations]) =>
        Object.keys(operations).map(
          (method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`,
        ),
    );
    const described = [...Object.keys(WAYS_IN), ...OPEN_ROUTES]
      .map((row) => row.replace('/api/v1', ''))
      .filter((row) => row !== 'GET /openapi.json');
    expect(calls.toSorted()).toEqual(described.toSorted());
    const headers = body.paths['/api/v1/watchlist'].get.parameters
      .filter((parameter: { in: string }) => parameter.in === 'header')
      .map(({ name }: { name: string }) => name);
    expect(headers).toEqual(['X-Device-Id', 'X-Cuepoint-User']);
    expect(body.paths['/livez'].get.parameters).toBeUndefined();
    const push = body.paths['/api/v1/sync'].post.requestBody.content['application/json'].schema;
    expect(push.properties.ops).toMatchObject({ maxItems: 500 });
    expect(push.properties.ops.items.anyOf).toHaveLength(7);
  });

  it('answers unknown routes 404 and known ones with another method 405', async () => {
    expect(await api.call('GET', '//nothing')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    const wrong = await api.call('PATCH', '/watchlist/film');
    expect(wrong).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    expect(wrong.headers['allow']).toBe('DELETE, PUT');
  });

  it('takes the trace of the caller, and makes one where there is none', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const traced = await api.call('GET', '/watchlist', {
      headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    });
    expect(traced.body.traceId).toBe(traceId);
    expect(traced.headers['x-trace-id']).toBe(traceId);
    const own = await api.call('GET', '/watchlist');
    expect(own.body.traceId).toMatch(/^[0-9a-f]{32}$/);
  });
});
