import type { DeviceInfo, DownMessage } from '@cuepoint/core';
import type { OpText } from './session-socket.ts';
import type { Session } from './session.ts';

/** A device whose last socket closed without a word: when it counts as offline. [LIV6] */
export interface PendingLeave {
  readonly device: DeviceInfo;
  readonly dueAtMs: number;
}

export interface OpenedSession {
  readonly deviceId: string;
  readonly sessionId: string;
  /** In ms since the epoch. */
  readonly openedAtMs: number;
}

/** What this instance holds of one user: the sessions, and what to tell them. */
export class UserChannel {
  readonly userId: string;
  readonly sessions = new Set<Session>();
  readonly pendingLeaves = new Map<string, PendingLeave>();
  /** Every live session has been sent everything before it: where a pull for all of them begins. [LIV2] */
  cursor: string | undefined;
  healedAtMs: number;
  isHealing = false;
  /** Something was missed since the pull that is under way began. */
  needsHealing = false;
  /** Whoever needs the channel besides its sessions, such as a command that waits for its outcome. */
  holders = 0;
  readonly rate = { windowStartedAtMs: 0, messages: 0 };
  commandsOpen = 0;
  /** Devices that have a newer session on another instance: that one tells when they leave. */
  readonly elsewhere = new Set<string>();
  /** Resolves once the feed is subscribed. [LIV9] */
  readonly subscribed: Promise<void>;
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

  /** Sends to every welcomed session that keeps up. */
  broadcast(message: DownMessage, exceptDeviceId?: string): void {
    let text: string | undefined;
    for (const session of this.sessions) {
      if (!session.isWelcomed || session.phase === 'behind') continue;
      if (session.deviceId === exceptDeviceId) continue;
      text ??= JSON.stringify(message);
      session.socket.sendText(text);
    }
  }

  /**
   * A device opened a session on another instance. Of two that open at one time the later stays, by the
   * instances' clocks and then by id, so that they do not end each other.
   */
  openedElsewhere(
    { deviceId, sessionId, openedAtMs }: OpenedSession,
    end: (session: Session) => void,
  ): void {
    this.pendingLeaves.delete(deviceId);
    this.elsewhere.add(deviceId);
    for (const session of this.sessions) {
      if (session.deviceId !== deviceId) continue;
      const isOlder =
        session.openedAtMs === openedAtMs
          ? session.id < sessionId
          : session.openedAtMs < openedAtMs;
      if (isOlder) end(session);
    }
  }

  /** Ends the subscription. @returns false while it is still on its way: nothing was ended. */
  unsubscribe(): boolean {
    this.#unsubscribe?.();
    return this.#unsubscribe !== undefined;
  }
}
