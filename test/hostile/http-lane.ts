import type { Socket } from 'node:net';
import { AnswerReader } from './answer-reader.ts';
import { openSocket, watchSilence, type Lane } from './lane.ts';
import { excerpt } from './verdict.ts';

/** Requests of one connection without their answer. */
const DEPTH = 4;

interface Asked {
  readonly method: string;
  readonly describe: () => string;
}

/** Sends requests over one connection after the other, several at a time, until there were enough. */
export async function runHttpLane(lane: Lane): Promise<void> {
  let index = 0;
  while (lane.take(0)) {
    const socket = await openSocket(lane.port);
    index = await drive(lane, socket, index);
  }
}

/** @returns the index of the next request. */
async function drive(lane: Lane, socket: Socket, first: number): Promise<number> {
  const { verdict, requests, chance, name } = lane;
  const reader = new AnswerReader();
  const asked: Asked[] = [];
  let next = first;
  let isLast = false;

  function fill(): void {
    while (!isLast && asked.length < DEPTH && lane.take(0)) {
      const index = next;
      next += 1;
      const { method, bytes } = requests(chance.of(String(index)));
      asked.push({ method, describe: () => `${name} ${index}: ${excerpt(bytes)}` });
      socket.write(bytes);
    }
    if (asked.length === 0) socket.end();
  }

  function receive(chunk: Buffer): void {
    for (const answer of reader.take(chunk, () => asked[0]?.method ?? '')) {
      const request = asked.shift();
      if (request === undefined) {
        verdict.violated(`${answer.status} to nothing`, () => name);
        continue;
      }
      lane.take(1);
      verdict.answered(request.method, answer, request.describe);
      if (answer.headers['connection'] === 'close') isLast = true;
    }
    fill();
  }

  socket.on('data', (chunk: Buffer) => {
    try {
      receive(chunk);
    } catch (error) {
      verdict.violated(String(error), () => asked[0]?.describe() ?? name);
      socket.destroy();
    }
  });
  watchSilence(socket, () => {
    verdict.violated('no answer', () => asked[0]?.describe() ?? name);
    asked.length = 0;
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  if (socket.destroyed) {
    verdict.violated('no connection', () => name);
    return next;
  }
  fill();
  await closed;
  // What follows a request that cannot be read is not read either; the answer says that the connection ends.
  if (asked.length > 0 && !isLast) {
    verdict.violated('closed without an answer', () => asked[0]?.describe() ?? name);
  }
  return next;
}
