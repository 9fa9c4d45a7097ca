import {
  opToWire,
  wireToOp,
  type DownMessage,
  type Hello,
  type Op,
  type Push,
  type UpMessage,
  type WireOp,
} from '@cuepoint/core';
import { readClaims } from '../connection/token.ts';
import { FakeSocket } from './fake-socket.ts';
import { FakeStore } from './fake-store.ts';

interface Session {
  readonly socket: FakeSocket;
  readonly userId: string;
  readonly deviceId: string;
}

/** A token as the service gives them, without a signature. */
export function fakeToken(subject: string, claims: Record<string, unknown> = {}): string {
  return `e30.${Buffer.from(JSON.stringify({ sub: subject, ...claims })).toString('base64url')}.`;
}

export function userIdOf(subject: string): string {
  return `user-${subject}`;
}

/** The service of a test: it speaks the protocol, and does what the test switches. */
export class FakeService {
  readonly sockets: FakeSocket[] = [];
  /** Those that carry something. */
  readonly pushes: { readonly userId: string; readonly ops: readonly WireOp[] }[] = [];
  /** Whether there is a network. */
  isReachable = true;
  welcomes = true;
  acknowledges = true;
  /** Whom a token names that says so to the service alone. */
  subjectOf: (token: string) => string | undefined = () => undefined;
  pageSize = 500;
  /** Asked before each ack; what it gives is sent instead. */
  answerInstead: ((push: Push, socket: FakeSocket) => DownMessage | undefined) | undefined;
  readonly #now: () => number;
  readonly #stores = new Map<string, FakeStore>();
  readonly #sessions = new Set<Session>();

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly createSocket = (url: string): FakeSocket => {
    const socket = new FakeSocket(url, (from, message) => this.#receive(from, message));
    this.sockets.push(socket);
    queueMicrotask(() => (this.isReachable ? socket.open() : socket.end()));
    return socket;
  };

  /** The socket that came last. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('nobody has connected');
    return socket;
  }

  storeOf(subject: string): FakeStore {
    return this.#storeOf(userIdOf(subject));
  }

  /** Another device writes. */
  commit(subject: string, op: Op): void {
    const userId = userIdOf(subject);
    this.#storeOf(userId).commit(op, this.#now());
    this.#tellOthers(userId, [op], undefined);
  }

  /** The network goes. */
  cut(): void {
    this.isReachable = false;
    for (const socket of this.sockets) socket.end();
  }

  welcome(socket: FakeSocket, { token, device, cursor }: Hello): void {
    const userId = userIdOf(readClaims(token)?.subject ?? this.subjectOf(token) ?? '');
    const { log } = this.#storeOf(userId);
    const from = cursor === undefined ? 0 : Number(cursor);
    // History is in no replica.
    const kept = log.slice(from).filter(({ kind }) => !kind.startsWith('play'));
    const ops = kept.map(opToWire);
    const resync = cursor === undefined;
    const pages = pagesOf(ops, this.pageSize);
    for (const [index, page] of pages.entries()) {
      const more = index < pages.length - 1;
      const rest = { resync, more, ...(more ? {} : { cursor: String(log.length) }) };
      const serverTime = this.#now();
      socket.tell(
        index === 0
          ? { type: 'welcome', protocol: 2, userId, serverTime, changes: page, ...rest }
          : { type: 'changes', ops: page, ...rest },
      );
    }
    this.#sessions.add({ socket, userId, deviceId: device.deviceId });
  }

  #receive(socket: FakeSocket, message: UpMessage): void {
    if (message.type === 'hello' && this.welcomes) this.welcome(socket, message);
    if (message.type === 'push') this.#push(socket, message);
  }

  #push(socket: FakeSocket, push: Push): void {
    const session = [...this.#sessions].find((each) => each.socket === socket);
    if (session === undefined) throw new Error('a push before the welcome');
    const { userId, deviceId } = session;
    const wire = push.ops as WireOp[];
    // One without ops only asks whether anybody is there.
    if (wire.length > 0) this.pushes.push({ userId, ops: wire });
    const instead = this.answerInstead?.(push, socket);
    if (instead !== undefined) {
      socket.tell(instead);
      return;
    }
    const ops = wire.map((op) => wireToOp(op, deviceId));
    const results = ops.map((op) => this.#storeOf(userId).commit(op, this.#now()));
    const applied = ops.filter((_, index) => results[index]?.result === 'applied');
    this.#tellOthers(userId, applied, session);
    const isAhead = results.some(({ code }) => code === 'clock_ahead');
    if (!this.acknowledges) return;
    socket.tell({
      type: 'ack',
      id: push.id,
      results,
      ...(isAhead && { serverTime: this.#now() }),
    });
  }

  #tellOthers(userId: string, ops: readonly Op[], but: Session | undefined): void {
    for (const session of this.#sessions) {
      if (session === but || session.userId !== userId || ops.length === 0) continue;
      session.socket.tell({ type: 'changes', ops: ops.map(opToWire) });
    }
  }

  #storeOf(userId: string): FakeStore {
    const store = this.#stores.get(userId) ?? new FakeStore();
    this.#stores.set(userId, store);
    return store;
  }
}

function pagesOf(ops: readonly WireOp[], size: number): WireOp[][] {
  const pages: WireOp[][] = [];
  for (let at = 0; at === 0 || at < ops.length; at += size) pages.push(ops.slice(at, at + size));
  return pages;
}
