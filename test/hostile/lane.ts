import { connect, type Socket } from 'node:net';
import type { Chance } from '../sim/chance.ts';
import type { RequestSource } from './http-requests.ts';
import type { Tokens } from './tokens.ts';
import type { Verdict } from './verdict.ts';

/** What an attacker works with; lanes run beside each other, and each input comes of the seed alone. */
export interface Lane {
  readonly name: string;
  readonly port: number;
  readonly chance: Chance;
  readonly requests: RequestSource;
  readonly tokens: Tokens;
  readonly verdict: Verdict;
  /** Says that inputs were made; false once there were enough of them. */
  readonly take: (count: number) => boolean;
}

/** How long an answer may take. A command waits 5 s for its device. */
const ANSWER_TIMEOUT_MS = 30_000;

/** Resolves with an open connection, whose errors end in its close, or `undefined` where nobody listens. */
export async function openSocket({ port, verdict, name }: Lane): Promise<Socket | undefined> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    socket.once('connect', () => resolve());
    socket.once('close', () => resolve());
  });
  if (!socket.destroyed) return socket;
  verdict.violated('no connection', () => name);
  return undefined;
}

export function whenClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** Calls `onSilent` when nothing came for as long as an answer may take, and ends the connection. */
export function watchSilence(socket: Socket, onSilent: () => void): void {
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => {
    onSilent();
    socket.destroy();
  });
}
