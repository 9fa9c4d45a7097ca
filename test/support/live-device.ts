import { randomUUID } from 'node:crypto';
import {
  PROTOCOL_VERSION,
  type Command,
  type DevicePresence,
  type DeviceType,
  type DownMessage,
  type HelloDevice,
  type Op,
  type PlaybackState,
  type WireOpResult,
} from '@cuepoint/core';
import type { Applied } from './live/acknowledged-state.ts';
import { DeviceReplica } from './live/device-replica.ts';
import { ProtocolViolation, readDownMessage, type Down } from './live/down-messages.ts';
import { OpenCommands } from './live/open-commands.ts';
import {
  ReconnectingSocket,
  type Closing,
  type SocketOptions,
} from './live/reconnecting-socket.ts';
import { Watchers } from './live/watchers.ts';
import type { Replica } from './replica.ts';

export type CommandAnswer = { readonly outcome: 'applied' | 'refused'; readonly reason?: string };

export interface LiveDeviceOptions extends Partial<Omit<SocketOptions, 'url'>> {
  /** Such as `ws://127.0.0.1:8083/api/v1/ws`. */
  readonly url: string;
  readonly token: string;
  readonly deviceId: string;
  readonly deviceType?: DeviceType;
  /** More of what the device says of itself. */
  readonly device?: Partial<HelloDevice>;
  /** Goes on from here instead of asking for the whole state. */
  readonly cursor?: string;
  /** What it does with a command; `undefined`: it stays silent. By default it applies every command. */
  readonly answer?: (command: Command, from: string) => CommandAnswer | undefined;
  /** The device's wall clock, in ms since the epoch. */
  readonly now?: () => number;
}

/** Messages that a device remembers of each session; the oldest go first. */
const RECEIVED_MAX = 50_000;
/** Ends that a client meets with a plain reconnect: the service restarts, goes away, or was lost. */
const RECONNECT_CODES: ReadonlySet<number> = new Set([1000, 1001, 1006, 1012]);
const STATUS_UNAVAILABLE = 503;

/**
 * A device for tests, over a real socket: a replica, an outbox that survives its sockets, a cursor.
 *
 * It keeps to the protocol and is strict about the service's side of it: what the protocol does not allow
 * ends up in `errors`, as does everything else that is no plain reconnect.
 */
export class LiveDevice implements AsyncDisposable {
  readonly deviceId: string;
  readonly received: DownMessage[] = [];
  /** Ops that were acknowledged as stored: applied, superseded or duplicate. */
  readonly acknowledged: Op[] = [];
  readonly results: WireOpResult[] = [];
  readonly commands: Down<'command'>[] = [];
  readonly closings: Closing[] = [];
  readonly presence = new Map<string, DevicePresence>();
  /** What went wrong other than a reconnect, one line each. */
  readonly errors: string[] = [];
  /** Welcomes so far, each on a socket of its own. */
  welcomes = 0;
  userId: string | undefined;
  #state: 'closed' | 'greeting' | 'pulling' | 'live' | 'ended' = 'closed';
  #latest: DownMessage | undefined;
  readonly #options: LiveDeviceOptions;
  readonly #replica: DeviceReplica;
  readonly #socket: ReconnectingSocket;
  readonly #watchers = new Watchers();
  readonly #openCommands = new OpenCommands();
  readonly #retries = new Set<NodeJS.Timeout>();

  constructor(options: LiveDeviceOptions) {
    this.#options = options;
    const { deviceId, cursor, now = Date.now } = options;
    this.deviceId = deviceId;
    this.#replica = new DeviceReplica({ deviceId, cursor, now });
    this.#socket = new ReconnectingSocket(
      { ...options, random: options.random ?? Math.random },
      {
        onOpen: () => this.#sayHello(),
        onMessage: (text) => this.#receive(text),
        onClose: (closing, isFinal) => this.#onClose(closing, isFinal),
      },
    );
  }

  /** A device that has caught up once. */
  static async connect(options: LiveDeviceOptions): Promise<LiveDevice> {
    const device = new LiveDevice(options);
    device.open();
    await device.until(() => device.isLive || device.isEnded, 'connected');
    if (device.isEnded) throw new Error(`the device was refused: ${device.describe()}`);
    return device;
  }

  /** Starts connecting; nothing is awaited. */
  open(): void {
    this.#socket.open();
  }

  /** Caught up on the present socket. */
  get isLive(): boolean {
    return this.#state === 'live';
  }

  /** Closed for good: it left, or was told not to come back. */
  get isEnded(): boolean {
    return this.#state === 'ended';
  }

  /** Pushes without an ack. */
  get pending(): number {
    return this.#replica.outbox.size;
  }

  get cursor(): string | undefined {
    return this.#replica.stored.cursor;
  }

  /** The acknowledged state alone. [SDK8] */
  get stored(): Replica {
    return this.#replica.stored.replica;
  }

  /** The acknowledged state with the outbox folded over it: what the person sees. [SDK8] */
  get view(): Replica {
    return this.#replica.view;
  }

  add(contentId: string): Promise<readonly WireOpResult[]> {
    return this.push([{ kind: 'watchlist.add', contentId, tag: randomUUID(), ...this.stamp() }]);
  }

  /** Removes the tags that this device has seen; without any there is nothing to push. [ORS2] */
  async remove(contentId: string): Promise<readonly WireOpResult[]> {
    const tags = this.view.watchlist.liveTags(contentId);
    if (tags.length === 0) return [];
    return this.push([{ kind: 'watchlist.remove', contentId, tags, ...this.stamp() }]);
  }

  setProgress(
    contentId: string,
    positionSeconds: number,
    state: PlaybackState = 'playing',
    durationSeconds = 7_200,
  ): Promise<readonly WireOpResult[]> {
    const position = { positionSeconds, durationSeconds, state };
    return this.push([{ kind: 'progress.set', contentId, ...position, ...this.stamp() }]);
  }

  clearProgress(contentId: string): Promise<readonly WireOpResult[]> {
    return this.push([{ kind: 'progress.clear', contentId, ...this.stamp() }]);
  }

  /** A stamp that this device never gave before. [LWW3] */
  stamp() {
    return this.#replica.stamp();
  }

  /**
   * Queues ops and sends them as soon as it can, again after each reconnect until they are answered.
   *
   * @returns the results; rejects when the push as a whole was refused for good.
   */
  push(ops: readonly Op[]): Promise<readonly WireOpResult[]> {
    const { settled } = this.#replica.queue(randomUUID(), ops);
    this.#flush();
    return settled;
  }

  /** Resolves with the outcome; rejects when the socket goes before it comes. [LIV7] */
  command(to: string, command: Command, id: string = randomUUID()): Promise<Down<'commandResult'>> {
    const outcome = this.#openCommands.open(id);
    if (!this.send({ type: 'command', id, to, command })) {
      this.#openCommands.failAll('there is no socket');
    }
    return outcome;
  }

  /** Any message, also a wrong one. @returns false when no socket is open. */
  send(message: unknown): boolean {
    return this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Resolves once `predicate` holds; it is asked after everything that happens to this device. */
  until(predicate: () => boolean, what = 'as awaited', timeoutMs?: number): Promise<void> {
    const describe = () => `${this.deviceId} is not ${what}: ${this.describe()}`;
    return this.#watchers.until(predicate, describe, timeoutMs);
  }

  /** Resolves with the next message of this type that arrives from now on. */
  async next<Type extends DownMessage['type']>(
    type: Type,
    isWanted: (message: Down<Type>) => boolean = () => true,
  ): Promise<Down<Type>> {
    let found: Down<Type> | undefined;
    this.#latest = undefined;
    await this.until(() => {
      const latest = this.#latest;
      if (latest?.type === type && isWanted(latest as Down<Type>)) found ??= latest as Down<Type>;
      return found !== undefined;
    }, `told of ${type}`);
    if (found === undefined) throw new Error('nothing was found');
    return found;
  }

  /** Called after everything that happens to this device. @returns ends it. */
  onEvent(listener: () => void): () => void {
    return this.#watchers.add(listener);
  }

  /** Connected, caught up, and with nothing left to push. */
  untilSettled(timeoutMs?: number): Promise<void> {
    return this.until(() => this.isLive && this.pending === 0, 'settled', timeoutMs);
  }

  /** Stops reading: to the service this device is slow. [LIV4] */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Loses the connection without a word, and comes back. */
  cut(): void {
    this.#socket.cut();
  }

  /** Leaves for good, with a clean close. */
  async leave(): Promise<void> {
    if (!this.#socket.leave()) this.#state = 'ended';
    await this.until(() => this.isEnded, 'closed');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }

  describe(): string {
    const closing = this.closings.at(-1);
    const last =
      closing === undefined
        ? ''
        : `, last closed with ${closing.code} ${closing.reason} ${closing.status ?? ''}`;
    return `${this.#state}, ${this.pending} pending, errors: ${JSON.stringify(this.errors)}${last}`;
  }

  #sayHello(): void {
    const { token, deviceId, deviceType = 'Web', device } = this.#options;
    const { cursor } = this;
    this.#state = 'greeting';
    this.send({
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      token,
      device: { deviceId, deviceType, platform: 'Linux', appVersion: '0.1.0', ...device },
      ...(cursor === undefined ? {} : { cursor }),
    });
    this.#watchers.notify();
  }

  #receive(text: string): void {
    try {
      const message = readDownMessage(text);
      this.#latest = message;
      this.received.push(message);
      if (this.received.length > RECEIVED_MAX) this.received.shift();
      this.#take(message);
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.errors.push(`violation: ${error.message}`);
    }
    this.#watchers.notify();
  }

  #take(message: DownMessage): void {
    if (this.#state === 'greeting' && message.type !== 'welcome' && message.type !== 'error') {
      throw new ProtocolViolation(`${message.type} before the welcome`);
    }
    switch (message.type) {
      case 'welcome':
        if (this.#state !== 'greeting') throw new ProtocolViolation('a second welcome');
        this.welcomes += 1;
        this.userId ??= message.userId;
        if (this.userId !== message.userId) throw new ProtocolViolation('the user has changed');
        this.#learn(this.#replica.stored.welcome(message));
        break;
      case 'changes':
        this.#learn(this.#replica.stored.changes(message));
        break;
      case 'ack':
        this.#takeAck(message);
        break;
      case 'presence':
        for (const device of message.devices) this.presence.set(device.deviceId, device);
        break;
      case 'command':
        this.#takeCommand(message);
        break;
      case 'commandResult':
        if (!this.#openCommands.settle(message)) {
          throw new ProtocolViolation(`an outcome of no command: ${message.id}`);
        }
        break;
      case 'error':
        this.#takeError(message);
        break;
    }
  }

  #learn(applied: Applied): void {
    this.#replica.learn(applied);
    if (this.#state !== 'live') {
      this.#state = this.#replica.stored.isPulling ? 'pulling' : 'live';
      if (this.isLive) this.#socket.markStable();
    }
    this.#flush();
  }

  #takeAck({ id, results }: Down<'ack'>): void {
    const push = this.#replica.outbox.get(id);
    if (push === undefined) throw new ProtocolViolation(`an ack of no push: ${id}`);
    if (results.length !== push.ops.length) throw new ProtocolViolation('a result for each op');
    this.#replica.acknowledge(push, results);
    this.results.push(...results);
    for (const [index, op] of push.ops.entries()) {
      const { result, code } = results[index] ?? {};
      if (result !== 'rejected') this.acknowledged.push(op);
      else this.errors.push(`rejected ${op.kind}: ${code ?? 'without a code'}`);
    }
    push.settle(results);
    this.#flush();
  }

  #takeCommand(message: Down<'command'>): void {
    this.commands.push(message);
    const { answer = () => ({ outcome: 'applied' }) as const } = this.#options;
    const answered = answer(message.command, message.from);
    if (answered !== undefined) this.send({ type: 'commandResult', id: message.id, ...answered });
  }

  #takeError({ code, message, id, retryAfterMs }: Down<'error'>): void {
    // A stop announces itself; the reconnect that follows is all that it is.
    if (code !== 'shutting_down') this.errors.push(`error ${code}: ${message}`);
    if (id === undefined) return;
    const error = new Error(`${code}: ${message}`);
    if (this.#openCommands.fail(id, error)) return;
    const push = this.#replica.outbox.get(id);
    if (push === undefined) throw new ProtocolViolation(`an error about nothing: ${id}`);
    if (retryAfterMs === undefined) {
      this.#replica.drop(push);
      push.fail(error);
      return;
    }
    const retry = setTimeout(() => {
      this.#retries.delete(retry);
      push.isSent = false;
      this.#flush();
    }, retryAfterMs);
    this.#retries.add(retry);
  }

  #onClose(closing: Closing, isFinal: boolean): void {
    this.closings.push(closing);
    const { code, status, reason } = closing;
    const isRefused = status !== undefined && status !== STATUS_UNAVAILABLE;
    if (!RECONNECT_CODES.has(code) || isRefused) {
      this.errors.push(`closed: ${code} ${reason} ${status ?? ''}`.trimEnd());
    }
    this.#state = isFinal ? 'ended' : 'closed';
    this.#replica.stored.forgetPull();
    this.#replica.outbox.rewind();
    for (const retry of this.#retries) clearTimeout(retry);
    this.#retries.clear();
    this.#openCommands.failAll('the socket closed');
    this.#watchers.notify();
  }

  #flush(): void {
    // The service takes pushes once its last page is out.
    if (this.#state !== 'live') return;
    for (const push of this.#replica.outbox.takeUnsent()) push.isSent = this.send(push.text);
  }
}
