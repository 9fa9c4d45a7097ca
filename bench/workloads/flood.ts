import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { LiveUser } from '../live/job.ts';
import { withServices } from '../live/services.ts';
import { runRounds } from '../support/rounds.ts';
import { decimal, ratioOf, summarize, withSpread } from '../support/statistics.ts';
import type { BenchContext, Sample, Workload } from '../workload.ts';

const FLOODS = 9;
/** Pushes that each flood has on its way; the service takes 32 of a session. */
const PUSHES_AT_ONCE = 8;
const OPS_PER_PUSH = 500;
/** Between two writes of the quiet user. */
const PAUSE_MS = 20;
const FLOODING_MS = 1_000;
const VARIANTS = ['alone', 'beside one flood', 'beside nine floods'] as const;
const FLOODS_OF = { alone: 0, 'beside one flood': 1, 'beside nine floods': FLOODS } as const;

/** What a quiet person waits for a single write while others push as much as they may. [GC9] [SEC3] */
export const flood: Workload = {
  name: 'flood',
  async run(context) {
    const samples = await withServices(
      context,
      {
        schema: 'bench_flood',
        instances: 1,
        // The default: the floods wait as they are told, as the SDK does.
        env: { CUEPOINT_FEED: 'memory', CUEPOINT_RATE_LIMIT: '1000' },
      },
      async ({ addresses: [address = ''], urls: [url = ''], mintUsers }) => {
        const [quiet, ...floods] = await mintUsers(FLOODS + 1);
        if (quiet === undefined) throw new Error('there is a quiet user');
        return runRounds(
          context,
          VARIANTS.map((name) => ({
            name,
            measure: () =>
              beside(url, floods.slice(0, FLOODS_OF[name]), (acked) =>
                writeAlone(context, { address, user: quiet, acked }),
              ),
          })),
        );
      },
    );
    const alone = samples['alone'] ?? [];
    return {
      samples,
      tables: [
        {
          title: `A single write beside floods of ${PUSHES_AT_ONCE} pushes of ${OPS_PER_PUSH} ops each`,
          columns: ['the quiet user is', 'p50 ms', 'p99 ms', 'p99 / alone', 'flooded ops/s'],
          rows: VARIANTS.map((name) => [
            name,
            withSpread(samples[name] ?? [], 'p50Ms', decimal),
            withSpread(samples[name] ?? [], 'p99Ms', decimal),
            decimal(ratioOf(samples[name] ?? [], alone, 'p99Ms')),
            withSpread(samples[name] ?? [], 'floodedPerSecond', (value) => value.toFixed(0)),
          ]),
        },
      ],
    };
  },
};

interface Acked {
  ops: number;
}

/** Measures while each of the users floods over a socket of their own. */
async function beside(
  url: string,
  users: readonly LiveUser[],
  measure: (acked: Acked) => Promise<Sample>,
): Promise<Sample> {
  const acked: Acked = { ops: 0 };
  const sockets = await Promise.all(users.map((user) => startFlood(url, user, acked)));
  if (sockets.length > 0) await delay(FLOODING_MS);
  try {
    return await measure(acked);
  } finally {
    for (const socket of sockets) socket.terminate();
  }
}

/** Sends a push for each ack, and after a refusal once it may. The texts are made before: what is measured is the service. */
async function startFlood(url: string, { token }: LiveUser, acked: Acked): Promise<WebSocket> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const device = { deviceId: 'flood', deviceType: 'TV', platform: 'bench', appVersion: '1' };
  socket.send(JSON.stringify({ type: 'hello', protocol: 2, token, device }));
  await once(socket, 'message');
  const pushes = Array.from({ length: 4 * PUSHES_AT_ONCE }, toPush);
  let sent = 0;
  const sendNext = (): void => {
    if (socket.readyState === socket.OPEN) socket.send(pushes[sent % pushes.length] ?? '');
    sent += 1;
  };
  socket.on('message', (data: Buffer) => {
    const text = data.toString();
    if (text.startsWith('{"type":"ack"')) {
      acked.ops += OPS_PER_PUSH;
      sendNext();
    } else if (text.startsWith('{"type":"error"')) {
      const { retryAfterMs = 0 } = JSON.parse(text) as { readonly retryAfterMs?: number };
      setTimeout(sendNext, retryAfterMs);
    }
  });
  for (let count = 0; count < PUSHES_AT_ONCE; count += 1) sendNext();
  return socket;
}

function toPush(_: unknown, index: number): string {
  const timestamp = `${Date.now().toString(16).padStart(12, '0')}-0000`;
  const ops = Array.from({ length: OPS_PER_PUSH }, () => ({
    kind: 'watchlist.add',
    contentId: `film ${randomUUID()}`,
    tag: randomUUID(),
    timestamp,
  }));
  return JSON.stringify({ type: 'push', id: String(index), ops });
}

interface QuietUser {
  readonly address: string;
  readonly user: LiveUser;
  readonly acked: Acked;
}

/** One write after another, with pauses. */
async function writeAlone(
  { scale }: BenchContext,
  { address, user, acked }: QuietUser,
): Promise<Sample> {
  const durationsMs: number[] = [];
  const ops = acked.ops;
  const startedAtMs = performance.now();
  while (performance.now() - startedAtMs < scale.seconds * 1_000) {
    await delay(PAUSE_MS);
    const askedAtMs = performance.now();
    const answer = await fetch(`${address}/api/v1/progress/film-${durationsMs.length}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${user.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ positionSeconds: 1, durationSeconds: 2, state: 'paused' }),
    });
    if (!answer.ok) throw new Error(`the quiet user was answered ${answer.status}`);
    await answer.arrayBuffer();
    durationsMs.push(performance.now() - askedAtMs);
  }
  const elapsedSeconds = (performance.now() - startedAtMs) / 1_000;
  return { ...summarize(durationsMs), floodedPerSecond: (acked.ops - ops) / elapsedSeconds };
}
