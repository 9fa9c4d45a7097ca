import type { CloseCode, CuepointError, DeviceInfo, HelloDevice } from '@cuepoint/core';
import type { Identity } from '../auth/identity.ts';
import { errorMessage } from './error-message.ts';
import { HELD_LENGTH_MAX } from './limits.ts';
import type { OpText, SessionSocket } from './session-socket.ts';

/**
 * Where a session stands with the changes of its user.
 *
 * `reading` it is being sent pages, live changes are held back until the last · `live` it has everything, and
 * gets what comes · `behind` its socket was too slow: what came was dropped, a pull follows. [LIV4]
 */
export type SessionPhase = 'reading' | 'live' | 'behind';

/** Who a session is, once its hello was accepted. */
export interface Greeted {
  readonly userId: string;
  readonly device: HelloDevice;
  /** Of the token; renewed in place. */
  readonly identity: Identity;
}

/** One open socket of one device of one user. */
export class Session {
  readonly id: string;
  readonly socket: SessionSocket;
  /** By the monotonic clock, as all times here but for `joinedAtMs`. [OPS2] */
  readonly openedAtMs: number;
  /**
   * When it was opened, by the database's wall clock in ms since the epoch; `undefined` until its hello is read. Of two
   * sessions of a device on two instances it says which is the later, whatever the instances' clocks say.
   */
  joinedAtMs: number | undefined;
  /** `undefined` until the token of the hello is accepted. */
  greeted: Greeted | undefined;
  hasSentHello = false;
  /** The first page of its welcome is on its way: what it sends from here on is taken. */
  mayAsk = false;
  /** From here on it takes part: it is told of others, and others of it. */
  isWelcomed = false;
  /** Where a pull has to begin: everything before it was sent. */
  cursor: string | undefined;
  /** The version of the channel's cursor before which it was sent everything. */
  coveredBy = -1;
  phase: SessionPhase = 'reading';
  /** Raised whenever the session stops being live: who watches sees that it was not live throughout. */
  lapses = 0;
  lastHeardAtMs: number;
  lastPingedAtMs: number;
  pingsMissed = 0;
  pushesInFlight = 0;
  /** Set with the first close, by whichever side. */
  isClosing = false;
  /** Why the service ended it. */
  closeCode: CloseCode | undefined;
  #held: OpText[] = [];
  #heldLength = 0;
  #hasMissed = false;

  constructor(id: string, socket: SessionSocket, nowMs: number) {
    this.id = id;
    this.socket = socket;
    this.openedAtMs = nowMs;
    this.lastHeardAtMs = nowMs;
    this.lastPingedAtMs = nowMs;
    socket.onFull = () => this.#overflow();
  }

  get deviceId(): string | undefined {
    return this.greeted?.device.deviceId;
  }

  /** Sends a live change, or does with it what the phase asks for. */
  deliver(op: OpText): void {
    if (this.isClosing) return;
    if (this.phase === 'live') {
      if (this.socket.isFull) this.fallBehind();
      else this.socket.sendOp(op);
    } else if (this.phase === 'reading') this.#hold(op);
  }

  /** A change happened that nobody can tell: what is read from now on holds it. */
  miss(): void {
    this.#hasMissed = true;
  }

  fallBehind(): void {
    this.phase = 'behind';
    this.lapses += 1;
    // A peer that does not read may not go on writing.
    this.socket.pause('unread');
  }

  /**
   * Live changes are held back from here on.
   *
   * @param coveredBy the version of the channel's cursor now, which is before all that is read from here on.
   */
  beginReading(coveredBy: number): void {
    this.phase = 'reading';
    this.lapses += 1;
    this.coveredBy = coveredBy;
    this.#held = [];
    this.#heldLength = 0;
    this.#hasMissed = false;
  }

  /**
   * The last page is out: sends what was held back meanwhile.
   *
   * @returns false when something was dropped on the way: read again, from the new cursor.
   */
  endReading(): boolean {
    const held = this.#held;
    this.#held = [];
    this.#heldLength = 0;
    if (this.#hasMissed) {
      this.#hasMissed = false;
      return false;
    }
    this.phase = 'live';
    for (const op of held) this.socket.sendOp(op);
    return true;
  }

  fail(error: CuepointError, closeCode: CloseCode, reason?: string): void {
    if (this.isClosing) return;
    this.socket.send(errorMessage(error));
    this.close(closeCode, reason);
  }

  close(code: CloseCode, reason?: string): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.closeCode = code;
    this.socket.close(code, reason);
  }

  /** The peer does not take what it asked for: it may ask no more until it does. [LIV4] */
  #overflow(): void {
    if (this.phase === 'live') this.fallBehind();
    else this.socket.pause('unread');
  }

  #hold(op: OpText): void {
    if (this.#hasMissed) return;
    this.#heldLength += op.length;
    if (this.#heldLength <= HELD_LENGTH_MAX) this.#held.push(op);
    else {
      this.#hasMissed = true;
      this.#held = [];
    }
  }
}

/** The row that a device has in the registry while it is here. */
export function deviceInfoOf(device: HelloDevice, nowMs: number, isOnline: boolean): DeviceInfo {
  const { deviceName = null, capabilities = {}, ...rest } = device;
  return { ...rest, deviceName, capabilities, lastSeenMs: nowMs, isOnline };
}
