import type { DeviceInfo } from '@cuepoint/core';
import { OPS_IN_FLIGHT_MAX } from './limits.ts';
import type { OpText } from './session-socket.ts';
import type { Session } from './session.ts';

/** A device whose last socket closed without a word: when it counts as offline. [LIV6] */
export interface PendingLeave {
  readonly device: DeviceInfo;
  readonly dueAtMs: number;
}

/** What this instance holds of one user: the sessions, and what to tell them. */
export class UserChannel {
  readonly userId: string;
  readonly sessions = new Set<Session>();
  readonly pendingLeaves = new Map<string, PendingLeave>();
  /** Raised with each new cursor: a session that read before it was known may lack what is before it. */
  cursorVersion = 0;
  healedAtMs: number;
  isHealing = false;
  /** Something was missed since the pull that is under way began. */
  needsHealing = false;
  /** Whoever needs the channel besides its sessions, such as a command that waits for its outcome. */
  holders = 0;
  commandsOpen = 0;
  /** Devices that have a newer session on another instance: that one tells when they leave. */
  readonly elsewhere = new Set<string>();
  /** Resolves once the feed is subscribed. [LIV9] */
  readonly subscribed: Promise<void>;
  #opsInFlight = 0;
  /** Those that are read on once some of these ops are answered. */
  readonly #paused = new Set<Session>();
  #cursor: string | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(userId: string, nowMs: number, subscribe: () => Promise<() => void>) {
    this.userId = userId;
    this.healedAtMs = nowMs;
    this.subscribed = subscribe().then((unsubscribe) => {
      this.#unsubscribe = unsubscribe;
    });
  }

  get isIdle(): boolean {
    return this.sessions.size === 0 && this.holders === 0 && this.pendingLeaves.size === 0;
  }

  /** A push was taken. Its session waits where the user has many without an answer. [GC9] */
  pushBegan(session: Session, ops: number): void {
    this.#opsInFlight += ops;
    if (this.#opsInFlight < OPS_IN_FLIGHT_MAX) return;
    session.socket.pause('pushes');
    this.#paused.add(session);
  }

  pushEnded(ops: number): void {
    this.#opsInFlight -= ops;
    if (this.#opsInFlight >= OPS_IN_FLIGHT_MAX) return;
    for (const { socket } of this.#paused) socket.resume('pushes');
    this.#paused.clear();
  }

  /** Where a pull begins that serves all sessions which it covers: they were sent everything before. [LIV2] */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  covers(session: Session): boolean {
    return this.#cursor !== undefined && session.coveredBy === this.cursorVersion;
  }

  /** @param sessions who were sent everything before it; no other session is covered any more. */
  moveTo(cursor: string | undefined, sessions: readonly Session[]): void {
    this.#cursor = cursor;
    this.cursorVersion += 1;
    for (const session of sessions) session.coveredBy = this.cursorVersion;
  }

  /** A session has read on its own: where there is no cursor, its own is one. */
  hasRead(session: Session): void {
    if (this.#cursor === undefined) this.moveTo(session.cursor, [session]);
  }

  /** The welcomed session of a device; the newest, while an older one is on its way out. */
  sessionOf(deviceId: string): Session | undefined {
    let found: Session | undefined;
    for (const session of this.sessions) {
      if (session.deviceId !== deviceId || !session.isWelcomed || session.isClosing) continue;
      found = session;
    }
    return found;
  }

  /** @param exceptSessionId the session that made the change: its ack tells it. */
  deliver(op: OpText, exceptSessionId?: string): void {
    for (const session of this.sessions) {
      if (session.id !== exceptSessionId) session.deliver(op);
    }
  }

  /** Ends the subscription. @returns false while it is still on its way: nothing was ended. */
  unsubscribe(): boolean {
    this.#unsubscribe?.();
    return this.#unsubscribe !== undefined;
  }
}
