/**
 * What a scrobble costs beside `PUT /progress`: 1,000 people, one call of each under way at any time, over PostgreSQL, in turns.
 * `tsc -b && tsx --conditions=cuepoint-source scripts/measure-scrobbles.ts` prints acknowledged calls a second. [TRK3]
 */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { mintToken } from '../packages/server/src/auth/mint-token.ts';
import { createPostgresServer } from '../test/support/postgres-server.ts';
import { startServiceProcess } from '../test/support/service-process.ts';

const CALLERS = 1_000;
/** The first call of each names the film; whatever a client means is remembered after it. */
const WARM_MS = 10_000;
const MEASURED_MS = 5_000;
const ROUNDS = 1;
const PORT = 18_951;
const SECRET = 'a secret of a measurement, 32 bytes or more';
const LENGTH_SECONDS = 6_000;

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: object;
}

const postgres = await createPostgresServer();
await postgres.start();
const service = await startServiceProcess({
  port: PORT,
  env: {
    DATABASE_URL: postgres.url(),
    CUEPOINT_JWT_SECRET: SECRET,
    CUEPOINT_TRAKT: 'on',
    CUEPOINT_RATE_LIMIT: '0',
  },
});
const secret = new TextEncoder().encode(SECRET);
const tokens = await Promise.all(
  Array.from({ length: CALLERS }, () =>
    mintToken(secret, { userId: randomUUID(), ttlSeconds: 3_600 }, Date.now()),
  ),
);
const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });

function send({ method, path, body }: Call, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const one = request(
      {
        host: '127.0.0.1',
        port: PORT,
        agent,
        method,
        path,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    one.on('error', reject);
    one.end(text);
  });
}

const progressOf = (tmdb: number) => (turn: number) => ({
  method: 'PUT',
  path: `/api/v1/progress/tmdb:movie:${tmdb}`,
  body: {
    positionSeconds: 60 + (turn % 5_000),
    durationSeconds: LENGTH_SECONDS,
    state: turn % 2 === 0 ? 'playing' : 'paused',
  },
});
const scrobbleOf = (tmdb: number) => (turn: number) => ({
  method: 'POST',
  path: `/compat/trakt/scrobble/${turn % 2 === 0 ? 'start' : 'pause'}`,
  body: {
    movie: { title: `Film ${tmdb}`, year: 2020, ids: { tmdb } },
    progress: 1 + (turn % 800) / 10,
  },
});

/** @returns acknowledged calls a second. */
async function measure(toCall: (turn: number) => Call): Promise<number> {
  const endMs = performance.now() + WARM_MS + MEASURED_MS;
  const fromMs = performance.now() + WARM_MS;
  let acks = 0;
  await Promise.all(
    tokens.map(async (token, caller) => {
      for (let turn = caller; performance.now() < endMs; turn += 1) {
        const status = await send(toCall(turn), token);
        if (status !== 200 && status !== 201) throw new Error(`answered ${status}`);
        if (performance.now() >= fromMs && performance.now() < endMs) acks += 1;
      }
    }),
  );
  return acks / (MEASURED_MS / 1_000);
}

// So that its length is known where the scrobbles of it come.
await Promise.all(tokens.map((token) => send(progressOf(1)(0), token)));
for (let round = 0; round < ROUNDS; round += 1) {
  const put = await measure(progressOf(1));
  const known = await measure(scrobbleOf(1));
  const unknown = await measure(scrobbleOf(2));
  process.stdout.write(
    `PUT /progress ${put.toFixed(0)}/s; scrobbles of known length ${known.toFixed(0)}/s (${(known / put).toFixed(2)}), of unknown ${unknown.toFixed(0)}/s (${(unknown / put).toFixed(2)})\n`,
  );
}
await service.stop();
agent.destroy();
await postgres.destroy();
