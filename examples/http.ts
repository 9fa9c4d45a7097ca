// Two devices of one user talk to the service over HTTP; any language can do the same with its own client.
// Runs against CUEPOINT_ADDRESS (a service in development mode), or starts one for itself.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServiceProcess } from '../test/support/service-process.ts';

const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-example-'));
const given = process.env['CUEPOINT_ADDRESS'];
const service =
  given === undefined
    ? await startServiceProcess({ port: 0, env: { CUEPOINT_DATA_DIR: dataDir } })
    : undefined;
const address = given ?? service?.address ?? '';
const userId = crypto.randomUUID();
const { token } = await call<{ token: string }>('POST', '/dev/token', { body: { userId } });

// The TV puts a film on the list and plays half of it.
await call('PUT', '/api/v1/watchlist/film:metropolis', { deviceId: 'tv' });
await call('PUT', '/api/v1/progress/film:metropolis', {
  deviceId: 'tv',
  body: { positionSeconds: 4_590, durationSeconds: 9_180, state: 'paused' },
});

// The phone asks for everything, then goes on where the TV stopped.
const whole = await call<{ changes: { kind: string }[]; cursor: string }>('GET', '/api/v1/sync');
assert.deepEqual(
  whole.changes.map((change) => change.kind),
  ['watchlist.add', 'progress.set'],
);
await call('PUT', '/api/v1/progress/film:metropolis', {
  deviceId: 'phone',
  body: { positionSeconds: 5_000, durationSeconds: 9_180, state: 'playing' },
});

// The TV asks what has changed since.
const since = await call<{ changes: { positionSeconds: number; deviceId: string }[] }>(
  'GET',
  `/api/v1/sync?cursor=${encodeURIComponent(whole.cursor)}`,
);
assert.deepEqual(
  since.changes.map(({ positionSeconds, deviceId }) => ({ positionSeconds, deviceId })),
  [{ positionSeconds: 5_000, deviceId: 'phone' }],
);
console.log('The TV heard of the one change that the phone made: 5,000 s, playing.');

await service?.stop();
await rm(dataDir, { recursive: true, force: true });

async function call<Answer>(
  method: string,
  pathAndQuery: string,
  { deviceId, body }: { deviceId?: string; body?: unknown } = {},
): Promise<Answer> {
  const headers = new Headers();
  if (pathAndQuery !== '/dev/token') headers.set('authorization', `Bearer ${token}`);
  if (deviceId !== undefined) headers.set('x-device-id', deviceId);
  if (body !== undefined) headers.set('content-type', 'application/json');
  const response = await fetch(`${address}${pathAndQuery}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
