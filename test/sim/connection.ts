import { EventEmitter } from 'node:events';
import type { Chance } from './chance.ts';
import type { Scheduler } from './scheduler.ts';

/** How a device's network is right now. */
export interface Weather {
  /** Nothing arrives; what was sent waits, as TCP has it. */
  readonly isStalled: boolean;
  /** Longest way of one message, in ms. */
  readonly delayMaxMs: number;
}

export interface ConnectionOptions {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly weather: () => Weather;
  /** Hears of every message that arrives. */
  readonly onArrived: (direction: 'up' | 'down', text: string) => void;
  readonly onSent: (text: string) => void;
}

const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3];
/** A close that nobody answers. */
const CLOSE_TIMEOUT_MS = 30_000;
/**
 * A socket of this world holds so little that a device whose network stalls falls behind after some messages: each
 * byte counts as so many. [LIV4]
 */
const BYTES_EACH = 1_500;

/**
 * A WebSocket over TCP with both of its ends: messages of one direction arrive in order or not at all, each end hears
 * of the end of the connection at its own time, and of a silent loss never.
 */
export class SimConnection {
  readonly client: ClientEnd;
  readonly server: ServerEnd;
  /** What the server's socket writes to; it only tells when it has drained. */
  readonly raw: RawEnd;
  readonly up: Wire;
  readonly down: Wire;
  #isCut = false;

  constructor(options: ConnectionOptions) {
    const { scheduler, chance, weather, onArrived } = options;
    this.up = new Wire(scheduler, chance, weather, (text) => onArrived('up', text));
    this.down = new Wire(scheduler, chance, weather, (text) => onArrived('down', text));
    this.raw = new RawEnd();
    this.client = new ClientEnd(this, options.onSent);
    this.server = new ServerEnd(this, scheduler);
    this.down.onDrained = () => {
      if (this.server.readyState === OPEN) this.raw.emit('drain');
    };
  }

  /** The server has taken the connection: the handshake's answer is on its way. */
  accept(): void {
    this.down.send('', () => this.client.opened());
  }

  /** The connection is gone: what is on its way is lost, and each end hears of it when it does. */
  cut(clientHearsMs: number | undefined, serverHearsMs: number | undefined): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.up.cut();
    this.down.cut();
    const { world } = this.up.scheduler;
    if (clientHearsMs !== undefined) {
      world.setTimer(() => this.client.closed(1006, ''), clientHearsMs);
    }
    if (serverHearsMs !== undefined) world.setTimer(() => this.server.closed(1006), serverHearsMs);
  }

  /** What waited for a network that stalled goes on. */
  resume(): void {
    this.up.pump();
    this.down.pump();
  }
}

interface Parcel {
  readonly text: string;
  readonly arrive: () => void;
}

/** One direction. */
class Wire {
  onDrained: () => void = () => undefined;
  readonly scheduler: Scheduler;
  readonly #chance: Chance;
  readonly #weather: () => Weather;
  readonly #onArrived: (text: string) => void;
  #queue: Parcel[] = [];
  #isMoving = false;
  #isCut = false;
  /** The receiving end takes nothing in. */
  isPaused = false;
  bytes = 0;

  constructor(
    scheduler: Scheduler,
    chance: Chance,
    weather: () => Weather,
    onArrived: (text: string) => void,
  ) {
    this.scheduler = scheduler;
    this.#chance = chance;
    this.#weather = weather;
    this.#onArrived = onArrived;
  }

  send(text: string, arrive: () => void): void {
    if (this.#isCut) return;
    this.bytes += text.length;
    this.#queue.push({ text, arrive });
    this.pump();
  }

  cut(): void {
    this.#isCut = true;
    this.#queue = [];
  }

  pump(): void {
    if (this.#isMoving || this.#isCut || this.isPaused || this.#queue.length === 0) return;
    const { isStalled, delayMaxMs } = this.#weather();
    if (isStalled) return;
    this.#isMoving = true;
    const delayMs = this.#chance.between(0.05, delayMaxMs);
    this.scheduler.world.setTimer(() => {
      this.#isMoving = false;
      if (this.#isCut || this.isPaused || this.#weather().isStalled) return;
      const parcel = this.#queue.shift();
      if (parcel === undefined) return;
      this.bytes -= parcel.text.length;
      if (parcel.text !== '') this.#onArrived(parcel.text);
      parcel.arrive();
      if (this.#queue.length === 0) this.onDrained();
      this.pump();
    }, delayMs);
  }
}

/** What the SDK holds: as much of a WebSocket as it uses. */
export class ClientEnd {
  readyState = CONNECTING;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  /** Its process has died: nothing comes in any more. */
  isDead = false;
  readonly #connection: SimConnection;
  readonly #onSent: (text: string) => void;

  constructor(connection: SimConnection, onSent: (text: string) => void) {
    this.#connection = connection;
    this.#onSent = onSent;
  }

  opened(): void {
    if (this.readyState !== CONNECTING || this.isDead) return;
    this.readyState = OPEN;
    this.onopen?.({} as never);
  }

  send(text: string): void {
    if (this.readyState !== OPEN || this.isDead) return;
    this.#onSent(text);
    const { up, server } = this.#connection;
    up.send(text, () => server.received(text));
  }

  close(code = 1005): void {
    if (this.readyState >= CLOSING) return;
    this.readyState = CLOSING;
    const { up, server } = this.#connection;
    up.send('', () => server.closedByPeer(code));
  }

  received(data: string): void {
    if (this.readyState === OPEN && !this.isDead) this.onmessage?.({ data } as never);
  }

  closed(code: number, reason: string): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    if (!this.isDead) this.onclose?.({ code, reason } as never);
  }
}

/** What the service holds: as much of a socket of `ws` as it uses. */
export class ServerEnd extends EventEmitter {
  readyState = OPEN;
  /** Its process has died: nothing comes in any more. */
  isDead = false;
  readonly #connection: SimConnection;
  readonly #scheduler: Scheduler;

  constructor(connection: SimConnection, scheduler: Scheduler) {
    super();
    this.#connection = connection;
    this.#scheduler = scheduler;
  }

  get bufferedAmount(): number {
    return this.#connection.down.bytes * BYTES_EACH;
  }

  send(text: string, onTaken?: () => void): void {
    if (this.readyState === OPEN && !this.isDead) {
      const { down, client } = this.#connection;
      down.send(text, () => client.received(text));
    }
    if (onTaken !== undefined) this.#scheduler.world.setTimer(() => this.isDead || onTaken(), 0.01);
  }

  ping(): void {
    const { down, up } = this.#connection;
    // The platform answers, not the app.
    down.send('', () => up.send('', () => this.isDead || this.emit('pong')));
  }

  pause(): void {
    this.#connection.up.isPaused = true;
  }

  resume(): void {
    this.#connection.up.isPaused = false;
    this.#connection.up.pump();
  }

  close(code: number, reason: string): void {
    if (this.readyState >= CLOSING || this.isDead) return;
    this.readyState = CLOSING;
    const { down, up, client } = this.#connection;
    down.send('', () => {
      client.closed(code, reason);
      up.send('', () => this.closed(code));
    });
    this.#scheduler.world.setTimer(() => this.closed(1006), CLOSE_TIMEOUT_MS);
  }

  terminate(): void {
    this.#connection.cut(this.#connection.up.scheduler.world.isAlive ? 50 : undefined, 0);
  }

  received(text: string): void {
    if (this.readyState !== CLOSED && !this.isDead) this.emit('message', Buffer.from(text), false);
  }

  closedByPeer(code: number): void {
    const { down, client } = this.#connection;
    down.send('', () => client.closed(code, ''));
    this.closed(code);
  }

  closed(code: number): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    if (!this.isDead) this.emit('close', code);
  }
}

/** The byte stream under the server's end. */
export class RawEnd extends EventEmitter {
  cork(): void {
    // What leaves together is of no matter here.
  }

  uncork(): void {
    // As above.
  }
}
