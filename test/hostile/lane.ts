import { once } from 'node:events';
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

/** Resolves with an open connection. Its errors end in its close. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => undefined);
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  return socket;
}

/** Calls `onSilent` when nothing came for as long as an answer may take, and ends the connection. */
export function watchSilence(socket: Socket, onSilent: () => void): void {
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => {
    onSilent();
    socket.destroy();
  });
}
