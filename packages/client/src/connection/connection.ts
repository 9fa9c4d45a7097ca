import {
  CLOSE_DEVICE_REPLACED,
  CLOSE_LIMIT_EXCEEDED,
  type DownMessage,
  type HelloDevice,
} from '@cuepoint/core';
import type { ClientEnvironment } from '../environment.ts';
import {
  stepConnection,
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionState,
} from './connection-machine.ts';
import type { Session } from './session.ts';
import { readClaims } from './token.ts';
import { RETRY, verdictOf, type Verdict } from './verdict.ts';
import { liveUrlOf, type CreateSocket, type WebSocketLike } from './web-socket.ts';

/** From the attempt to the open socket, and from hello to each page of the welcome. */
const PROGRESS_TIMEOUT_MS = 15_000;
/** A token is renewed this long before it expires, or after half of its time where it is short. */
const RENEW_BEFORE_MS = 60_000;
const RENEW_MIN_MS = 1_000;
/** The greatest delay that timers take. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** A message was larger than the service takes. */
const TOO_BIG = 1009;

const NOTHING = (): void => undefined;

interface Closed {
  readonly code: number;
  readonly reason: string;
}

export type GetToken = () => string | null | undefined | Promise<string | null | undefined>;

export interface ConnectionDeps {
  readonly url: string;
  readonly createSocket: CreateSocket;
  readonly environment: ClientEnvironment;
  readonly getToken: GetToken;
  readonly device: HelloDevice;
  readonly session: Session;
  /** The service's time as well as it is known, in ms: a token expires by it. */
  readonly serviceNowMs: () => number;
  /** Before a token is used: the replica may have to be another one. [SDK9] */
  readonly onToken: (token: string) => Promise<void>;
  /** The socket is open: which device says hello over it may have changed. [ENG3] */
  readonly beforeHello: () => Promise<void>;
  /** Another tab may connect by now: it is asked before anything is sent. [ENG2] */
  readonly confirmLead: () => true | Promise<boolean>;
  /** Another connection has this device's id. @returns whether it has a new one now, and connects again. [ENG3] */
  readonly onReplaced: () => Promise<boolean>;
  readonly onState: (state: ConnectionState) => void;
}

/** Drives the connection's state machine with a real socket and real timers. [SDK5] */
export class Connection {
  readonly #deps: ConnectionDeps;
  #state: ConnectionState = { name: 'idle' };
  /** Counts attempts: what a former one still brings is passed over. */
  #attempt = 0;
  #socket: WebSocketLike | undefined;
  #token = '';
  #cancelTimer = NOTHING;
  #cancelRenewal = NOTHING;
  #cancelWatch = NOTHING;
  /** Events that came while another was worked on: each finds the state that the one before has left. */
  readonly #events: ConnectionEvent[] = [];
  #isStepping = false;
  /** Of a code that the next close carries no verdict for. */
  #verdict: Verdict | undefined;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  tell(event: ConnectionEvent): void {
    this.#events.push(event);
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        this.#step(next);
      }
    } finally {
      this.#isStepping = false;
    }
  }

  #step(event: ConnectionEvent): void {
    const { environment, onState } = this.#deps;
    const context = { nowMs: environment.monotonic(), random: environment.random };
    const before = this.#state;
    const { state, effects } = stepConnection(before, event, context);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    if (state === before) return;
    if (state.name === 'live') this.#scheduleRenewal();
    onState(state);
  }

  send(text: string): void {
    const socket = this.#socket;
    const isOurs = this.#deps.confirmLead();
    if (isOurs === true) sendOver(socket, text);
    else {
      void isOurs.then((is) => {
        if (is && socket === this.#socket) sendOver(socket, text);
      });
    }
  }

  /** It comes on: no attempt to give up. */
  progress(): void {
    if (this.#state.name === 'greeting') this.#watch();
  }

  /** Another tab says that somebody else is signed in now. [SDK9] */
  checkToken(): void {
    if (this.#state.name === 'live') void this.#renew(this.#attempt);
    else this.tell({ name: 'reconnect' });
  }

  /** What the service said before it closes tells more than the code that follows. */
  expectClose(verdict: Verdict): void {
    this.#verdict = verdict;
  }

  #perform(effect: ConnectionEffect): void {
    const { environment, session, device } = this.#deps;
    switch (effect.name) {
      case 'open':
        this.#attempt += 1;
        this.#watch();
        void this.#open(this.#attempt);
        break;
      case 'hello':
        this.#watch();
        session.hello(this.#token, device);
        break;
      case 'drop':
        this.#drop(effect.leave);
        break;
      case 'schedule':
        this.#cancelTimer();
        this.#cancelTimer = environment.setTimer(() => this.tell({ name: 'due' }), effect.delayMs);
        break;
      case 'cancel':
        this.#cancelTimer();
        break;
    }
  }

  async #open(attempt: number): Promise<void> {
    const { getToken, onToken, confirmLead, url, createSocket } = this.#deps;
    const isCurrent = () => attempt === this.#attempt && this.#state.name === 'connecting';
    try {
      const token = await getToken();
      if (!isCurrent()) return;
      if (token == null || token === '') {
        this.#closed({ kind: 'halt', code: 'signed_out' });
        return;
      }
      if (readClaims(token) === undefined) {
        this.#closed({ kind: 'halt', code: 'token_unreadable' });
        return;
      }
      await onToken(token);
      if (!(await confirmLead()) || !isCurrent()) return;
      this.#token = token;
      this.#listen(createSocket(liveUrlOf(url)), attempt);
    } catch {
      // No token, or an address that is none: as without a network, later may be better.
      if (isCurrent()) this.#closed(RETRY);
    }
  }

  #listen(socket: WebSocketLike, attempt: number): void {
    const isCurrent = () => attempt === this.#attempt && this.#socket === socket;
    this.#socket = socket;
    /* oxlint-disable unicorn/prefer-add-event-listener -- all that the sockets of some TVs have */
    socket.onopen = () =>
      void this.#deps.beforeHello().then(() => {
        if (isCurrent()) this.tell({ name: 'opened' });
      });
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      if (isCurrent()) this.#receive(data);
    };
    socket.onclose = (closed: Closed) => void this.#onClose(closed, isCurrent);
    // A close follows each error.
    socket.onerror = () => undefined;
    /* oxlint-enable unicorn/prefer-add-event-listener */
  }

  async #onClose({ code, reason }: Closed, isCurrent: () => boolean): Promise<void> {
    // Of one that was given up: the end of it says nothing of the one that took its place.
    if (!isCurrent()) return;
    let verdict = this.#verdict ?? verdictOf(code, reason);
    if (code === CLOSE_DEVICE_REPLACED) {
      // By a tab that leads meanwhile: this one hears that it has lost its turn.
      if (!(await this.#deps.confirmLead())) return;
      if (await this.#deps.onReplaced()) verdict = RETRY;
    }
    if (isCurrent()) this.#closed(verdict, code);
  }

  #receive(data: unknown): void {
    try {
      const message = JSON.parse(String(data)) as DownMessage;
      this.progress();
      this.#deps.session.receive(message);
    } catch {
      // What cannot be read, or folded in, must not end the app: a new connection reads it anew.
      this.tell({ name: 'lost' });
    }
  }

  /** [SDK5] An attempt that does not come on is given up. */
  #watch(): void {
    this.#cancelWatch();
    const attempt = this.#attempt;
    this.#cancelWatch = this.#deps.environment.setTimer(() => {
      const { name } = this.#state;
      if (attempt === this.#attempt && (name === 'connecting' || name === 'greeting')) {
        this.tell({ name: 'lost' });
      }
    }, PROGRESS_TIMEOUT_MS);
  }

  #closed(verdict: Verdict, code?: number): void {
    if (code === TOO_BIG || code === CLOSE_LIMIT_EXCEEDED) {
      this.#deps.session.pump.sendLess();
    }
    this.#forgetSocket();
    this.tell({ name: 'closed', verdict });
  }

  #drop(leave: boolean): void {
    const socket = this.#socket;
    this.#forgetSocket();
    this.#attempt += 1;
    // Without the code the service waits whether the device comes back at once.
    if (leave) socket?.close(1000);
    else socket?.close();
  }

  #forgetSocket(): void {
    this.#socket = undefined;
    this.#verdict = undefined;
    this.#cancelRenewal();
    this.#cancelWatch();
    this.#deps.session.close();
  }

  #scheduleRenewal(): void {
    this.#cancelRenewal();
    const expiresAtMs = readClaims(this.#token)?.expiresAtMs;
    if (expiresAtMs === undefined) return;
    const { environment, serviceNowMs } = this.#deps;
    const lifeMs = expiresAtMs - serviceNowMs();
    const delayMs = Math.max(lifeMs - RENEW_BEFORE_MS, lifeMs / 2, RENEW_MIN_MS);
    this.#cancelRenewal = environment.setTimer(
      () => void this.#renew(this.#attempt),
      Math.min(delayMs, TIMER_MAX_MS),
    );
  }

  /** One that fails is not repeated: the session ends with its token, and the next begins with a new one. */
  async #renew(attempt: number): Promise<void> {
    try {
      const token = await this.#deps.getToken();
      if (attempt !== this.#attempt || this.#socket === undefined) return;
      if (token == null || token === '' || token === this.#token) return;
      const claims = readClaims(token);
      if (claims === undefined || claims.subject !== readClaims(this.#token)?.subject) {
        this.tell({ name: 'lost' });
        return;
      }
      this.#token = token;
      this.send(JSON.stringify({ type: 'renew', token }));
      this.#scheduleRenewal();
    } catch {
      // The old token counts until it expires.
    }
  }
}

function sendOver(socket: WebSocketLike | undefined, text: string): void {
  // 1: open, in every implementation.
  if (socket?.readyState === 1) socket.send(text);
}
