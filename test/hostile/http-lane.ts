import type { Socket } from 'node:net';
import { AnswerReader } from './answer-reader.ts';
import { openSocket, watchSilence, whenClosed, type Lane } from './lane.ts';
import type { HttpRequest } from './http-requests.ts';
import { excerpt, type Answer } from './verdict.ts';

/** Requests of one connection without their answer. */
const DEPTH = 4;

interface Asked extends Omit<HttpRequest, 'bytes'> {
  readonly describe: () => string;
}

/** Sends requests over one connection after the other, several at a time, until there were enough. */
export async function runHttpLane(lane: Lane): Promise<void> {
  let index = 0;
  while (lane.take(0)) {
    const socket = await openSocket(lane);
    if (socket === undefined) return;
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
  let lastStatus = 0;

  function fill(): void {
    if (isLast) return;
    for (; asked.length < DEPTH && lane.take(0); next += 1) {
      const index = next;
      const { bytes, ...request } = requests(chance.of(String(index)));
      asked.push({ ...request, describe: () => `${name} ${index}: ${excerpt(bytes)}` });
      socket.write(bytes);
    }
    if (asked.length === 0) socket.end();
  }

  function receive(chunk: Buffer): void {
    for (const answer of reader.take(chunk, (index) => asked[index]?.method ?? '')) {
      const request = asked.shift();
      if (request === undefined) {
        verdict.violated(`${answer.status} to nothing`, () => name);
        continue;
      }
      lane.take(1);
      lastStatus = answer.status;
      verdict.answered(request.method, answer, request.describe);
      if (!isAnswerOf(request, answer)) verdict.violated('the answer of another', request.describe);
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
  const closed = whenClosed(socket);
  fill();
  await closed;
  // What follows a request that cannot be read is not read either; the answer says that the connection ends.
  if (asked.length === 0 || isLast) return next;
  // The service lets go of what it will not read to its end, and TCP may lose its answer by that.
  if (asked.some(({ isTooLarge }) => isTooLarge)) verdict.count('cut off, too large');
  else {
    verdict.violated(`closed after ${lastStatus} without an answer`, () =>
      asked.map(({ describe }) => describe()).join(' and '),
    );
  }
  return next;
}

/** What could not be parsed has no trace; it may only be that its head is too long. */
function isAnswerOf({ traceId, isTooLarge }: Asked, { status, headers }: Answer): boolean {
  if (status === 431) return isTooLarge;
  return traceId === undefined || headers['x-trace-id'] === traceId;
}
