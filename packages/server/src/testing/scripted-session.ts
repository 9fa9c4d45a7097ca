import type { DownMessage } from '@cuepoint/core';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { SessionSocket } from '../live/session-socket.ts';
import { Session } from '../live/session.ts';

export interface ScriptedSessionOptions {
  readonly id?: string;
  /** Greets it; a session without one has not said hello. */
  readonly deviceId?: string;
  readonly openedAtMs?: number;
  readonly joinedAtMs?: number;
  /** When its token expires, in ms since the epoch. */
  readonly expiresAtMs?: number;
}

/** A session over a socket of which a test decides what the peer takes. */
export class ScriptedSession {
  readonly session: Session;
  /** Bytes that the peer has not taken. */
  bufferedBytes = 0;
  /** While true, what was sent to be waited for is taken only by `take`. */
  isStalled = false;
  isPaused = false;
  isTerminated = false;
  pings = 0;
  closed: { readonly code: number; readonly reason: string } | undefined;
  readonly #texts: string[] = [];
  #waiting: (() => void)[] = [];

  constructor({
    id = 'session',
    deviceId,
    openedAtMs = 0,
    joinedAtMs,
    expiresAtMs = Number.POSITIVE_INFINITY,
  }: ScriptedSessionOptions = {}) {
    const raw = { cork: () => undefined, uncork: () => undefined };
    const socket = new SessionSocket(
      this.#ws() as unknown as WebSocket,
      raw as unknown as Duplex,
      () => undefined,
    );
    this.session = new Session(id, socket, openedAtMs);
    this.session.joinedAtMs = joinedAtMs;
    if (deviceId === undefined) return;
    this.session.hasSentHello = true;
    this.session.greeted = {
      userId: 'user',
      device: { deviceId, deviceType: 'TV', platform: 'Tizen', appVersion: '1' },
      identity: { userId: 'user', deviceId: undefined, scopes: new Set(), expiresAtMs },
    };
  }

  /** What was sent so far, with what waits for the end of the turn. */
  get sent(): DownMessage[] {
    this.session.socket.flush();
    return this.#texts.map((text) => JSON.parse(text) as DownMessage);
  }

  /** The peer takes what it was sent. */
  take(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const taken of waiting) taken();
  }

  /** The part of a WebSocket that a session uses. */
  #ws(): object {
    const ws = {
      readyState: () =>
        this.closed === undefined && !this.isTerminated ? WebSocket.OPEN : WebSocket.CLOSED,
      bufferedAmount: () => this.bufferedBytes,
    };
    return Object.defineProperties(
      {
        send: (text: string, taken?: () => void) => {
          this.#texts.push(text);
          if (taken === undefined) return;
          if (this.isStalled) this.#waiting.push(taken);
          else taken();
        },
        ping: () => void (this.pings += 1),
        pause: () => void (this.isPaused = true),
        resume: () => void (this.isPaused = false),
        close: (code: number, reason: string) => void (this.closed ??= { code, reason }),
        terminate: () => void (this.isTerminated = true),
      },
      { readyState: { get: ws.readyState }, bufferedAmount: { get: ws.bufferedAmount } },
    );
  }
}
