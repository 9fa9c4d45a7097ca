import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { WebSocket } from 'ws';
import { peerFolder } from '../peers/peer-packages.ts';
import type { Sample } from '../workload.ts';
import { connectDevice } from './connect-device.ts';
import type { IdleJob, LiveUser, Observer } from './job.ts';
import { startOpenLoop } from './open-loop.ts';

const HEARTBEAT_INTERVAL_MS = 30_000;
const HEARTBEAT_TURN_MS = 100;
const HEARTBEAT = '{"type":"heartbeat"}';
/** Loopback addresses that the sockets come from: no address runs out of ports. */
const SOURCE_ADDRESSES = 16;

/** Connects at a fixed rate, then holds the sockets with nothing but their heartbeats. */
export async function runIdleLoad(job: IdleJob, { hold }: Observer): Promise<Sample> {
  const { users, connectsPerSecond, warmUpSockets } = job;
  const open = await opener(job);
  await closeAll(
    await connectAll(open, job, Math.min(warmUpSockets, users.length), connectsPerSecond),
  );
  await hold('before-sockets');

  const sockets = await connectAll(open, job, users.length, connectsPerSecond);
  const beating = job.system === 'cuepoint' ? beatInTurn(sockets) : undefined;
  await hold('sockets-idle');
  clearInterval(beating);
  const left = sockets.filter((socket) => socket.readyState === socket.OPEN).length;
  for (const socket of sockets) socket.terminate();
  return { sockets: left };
}

type Open = (user: LiveUser, index: number) => Promise<WebSocket>;

async function opener({ system, url }: IdleJob): Promise<Open> {
  if (system === 'cuepoint') {
    return async ({ token }, index) => {
      const { socket } = await connectDevice({
        url,
        token,
        deviceId: 'phone',
        localAddress: `127.0.0.${1 + (index % SOURCE_ADDRESSES)}`,
        onMessage: () => undefined,
        onLost: () => undefined,
      });
      return socket;
    };
  }
  // Loaded by name: its packages are there only when it is measured.
  const module = pathToFileURL(path.join(peerFolder(system), 'idle.mjs')).href;
  const { openIdle } = (await import(module)) as {
    openIdle(this: void, url: string, userId: string): Promise<WebSocket>;
  };
  return ({ userId }) => openIdle(url, userId);
}

async function connectAll(
  open: Open,
  { users }: IdleJob,
  count: number,
  perSecond: number,
): Promise<WebSocket[]> {
  const sockets: Promise<WebSocket>[] = [];
  const { ended } = startOpenLoop({
    perSecond,
    count,
    call(index) {
      const user = users[index];
      if (user === undefined) throw new Error('there is a user for each socket');
      const socket = open(user, index);
      // It is awaited below, after the last one was begun.
      socket.catch(() => undefined);
      sockets.push(socket);
    },
  });
  await ended;
  return Promise.all(sockets);
}

async function closeAll(sockets: readonly WebSocket[]): Promise<void> {
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          socket.once('close', () => resolve());
          socket.close(1_000);
        }),
    ),
  );
}

/** A few at a time, so that each beats once in the interval and the beats are spread over it. */
function beatInTurn(sockets: readonly WebSocket[]): NodeJS.Timeout {
  const perTurn = Math.ceil((sockets.length * HEARTBEAT_TURN_MS) / HEARTBEAT_INTERVAL_MS);
  let next = 0;
  return setInterval(() => {
    for (let beats = 0; beats < perTurn; beats += 1) {
      sockets[next % sockets.length]?.send(HEARTBEAT);
      next += 1;
    }
  }, HEARTBEAT_TURN_MS);
}
