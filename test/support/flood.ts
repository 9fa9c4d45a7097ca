import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** Pushes that each flood has on its way; the service takes 32 of a session. */
export const PUSHES_AT_ONCE = 8;
export const OPS_PER_PUSH = 500;
/** Between two writes of a quiet user. */
const PAUSE_MS = 20;

export interface FloodUser {
  readonly token: string;
}

export interface Floods {
  /** Ops that were acknowledged so far. */
  readonly acked: () => number;
  readonly stop: () => void;
}

/** Each of the users pushes as much as it may over a socket of its own, and waits as it is told. */
export async function startFloods(url: string, users: readonly FloodUser[]): Promise<Floods> {
  const acked: Acked = { ops: 0 };
  const sockets = await Promise.all(users.map((user) => startFlood(url, user, acked)));
  return {
    acked: () => acked.ops,
    stop() {
      for (const socket of sockets) socket.terminate();
    },
  };
}

/**
 * One write of a quiet user after another, with pauses.
 *
 * @param address `http://…` of the service. @returns what each took, in ms.
 */
export async function writeAlone(
  address: string,
  { token }: FloodUser,
  seconds: number,
): Promise<number[]> {
  const durationsMs: number[] = [];
  const startedAtMs = performance.now();
  while (performance.now() - startedAtMs < seconds * 1_000) {
    await delay(PAUSE_MS);
    const askedAtMs = performance.now();
    const answer = await fetch(`${address}/api/v1/progress/film-${durationsMs.length}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ positionSeconds: 1, durationSeconds: 3, state: 'paused' }),
    });
    if (!answer.ok) throw new Error(`the quiet user was answered ${answer.status}`);
    await answer.arrayBuffer();
    durationsMs.push(performance.now() - askedAtMs);
  }
  return durationsMs;
}

interface Acked {
  ops: number;
}

/** Sends a push for each ack, and after a refusal once it may. The texts are made before: what is measured is the service. */
async function startFlood(url: string, { token }: FloodUser, acked: Acked): Promise<WebSocket> {
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
