import {
  HybridLogicalClock,
  opToWire,
  PROTOCOL_VERSION,
  wireToOp,
  type Command,
  type DevicePresence,
  type DownMessage,
  type HelloDevice,
  type Op,
  type UpMessage,
  type WireOp,
  type WireOpResult,
} from '@cuepoint/core';
import type { Emit } from './event.ts';
import type { Action } from './parse-line.ts';
import { SeenState } from './seen-state.ts';

export interface WatchSessionDeps {
  /** @returns false when no socket is open. */
  readonly send: (message: UpMessage) => boolean;
  readonly emit: Emit;
  /** Does something after `ms`, unless the watcher ends before. */
  readonly later: (ms: number, work: () => void) => void;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  readonly randomUuid: () => string;
}

/** Typed changes without an answer; past it a line is not taken. */
export const PENDING_MAX = 100;
const REFUSAL = { outcome: 'refused', reason: 'not_a_player' } as const;

type Down<Type extends DownMessage['type']> = Extract<DownMessage, { type: Type }>;

interface Page {
  readonly ops: readonly WireOp[];
  readonly resync?: boolean;
  readonly more?: boolean;
  readonly cursor?: string;
}

/**
 * What a watcher keeps over its sockets: the cursor, what it has seen, and changes without an answer.
 *
 * A change keeps its tag and stamp until it is answered, over as many sockets as that takes.
 */
export class WatchSession {
  readonly #device: HelloDevice;
  readonly #deps: WatchSessionDeps;
  readonly #clock = new HybridLogicalClock();
  readonly #opsByPushId = new Map<string, Op>();
  /** Pushes that the present socket is to carry once more. */
  readonly #postponedIds = new Set<string>();
  readonly #commandsById = new Map<string, { readonly to: string; readonly command: Command }>();
  readonly #statesByDeviceId = new Map<string, DevicePresence['state']>();
  #seen = new SeenState();
  /** The whole state while it arrives: it takes the place of what is seen. */
  #incoming: SeenState | undefined;
  #cursor: string | undefined;
  #userId = '';
  #isCaughtUp = false;
  /** The service's wall clock less this machine's. */
  #offsetMs = 0;

  constructor(device: HelloDevice, deps: WatchSessionDeps) {
    this.#device = device;
    this.#deps = deps;
  }

  /** The last page of the present socket's welcome is in: from here on the service takes messages. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  /** The device is still there. [LIV6] */
  heartbeat(): void {
    this.#send({ type: 'heartbeat' });
  }

  hello(token: string): void {
    this.#incoming = undefined;
    this.#deps.send({
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      token,
      device: this.#device,
      ...(this.#cursor === undefined ? {} : { cursor: this.#cursor }),
    });
  }

  receive(message: DownMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#takeWelcome(message);
        break;
      case 'changes':
        this.#takePage(message);
        break;
      case 'ack':
        this.#takeAck(message);
        break;
      case 'presence':
        for (const device of message.devices) this.#takePresence(device);
        break;
      case 'command': {
        const { id, from, command } = message;
        this.#send({ type: 'commandResult', id, ...REFUSAL });
        this.#deps.emit({ event: 'command', from, command });
        break;
      }
      case 'commandResult': {
        const { id, type: _type, ...outcome } = message;
        this.#endCommand(id, outcome);
        break;
      }
      case 'error':
        this.#takeError(message);
        break;
    }
  }

  /** The socket is gone; changes wait for the next one, commands do not. [LIV7] */
  closed(): void {
    this.#isCaughtUp = false;
    this.#postponedIds.clear();
    for (const id of this.#commandsById.keys()) this.#endCommand(id, { outcome: 'unknown' });
  }

  /** Does what a line asked for. */
  act(action: Action): void {
    switch (action.kind) {
      case 'nothing':
        break;
      case 'help':
        this.#deps.emit({ event: 'help' });
        break;
      case 'command':
        this.#sendCommand(action.to, action.command);
        break;
      case 'add': {
        const { contentId } = action;
        const tag = this.#deps.randomUuid();
        this.#queue({ kind: 'watchlist.add', contentId, tag, ...this.#stamp() });
        break;
      }
      case 'remove': {
        const { contentId } = action;
        const tags = this.#seen.liveTags(contentId);
        if (tags.length === 0) this.#complain(`${contentId} is not on the watchlist`);
        else this.#queue({ kind: 'watchlist.remove', contentId, tags, ...this.#stamp() });
        break;
      }
      case 'progress': {
        const { kind: _kind, ...progress } = action;
        this.#queue({ kind: 'progress.set', ...progress, ...this.#stamp() });
        break;
      }
      case 'clear':
        this.#queue({ kind: 'progress.clear', contentId: action.contentId, ...this.#stamp() });
        break;
    }
  }

  #takeWelcome(welcome: Down<'welcome'>): void {
    this.#userId = welcome.userId;
    this.#offsetMs = welcome.serverTime - this.#deps.now();
    this.#isCaughtUp = false;
    this.#takePage({ ...welcome, ops: welcome.changes });
  }

  #takePage({ ops, resync, more, cursor }: Page): void {
    // What a first pull brings was there before; it is counted, not told.
    const isNews = this.#cursor !== undefined || more === undefined;
    if (resync === true) this.#incoming ??= new SeenState();
    for (const wire of ops) this.#fold(wire, isNews);
    if (more !== false) return;
    this.#seen = this.#incoming ?? this.#seen;
    this.#incoming = undefined;
    this.#cursor = cursor ?? this.#cursor;
    // Later pulls of this socket heal what was missed; they are no connection.
    if (!this.#isCaughtUp) this.#connected();
  }

  #connected(): void {
    this.#isCaughtUp = true;
    const { watchlistSize: watchlist, progressSize: progress } = this.#seen;
    this.#deps.emit({ event: 'connected', userId: this.#userId, watchlist, progress });
    for (const [id, op] of this.#opsByPushId) this.#sendPush(id, op);
  }

  #fold(wire: WireOp, isNews: boolean): void {
    const op = wireToOp(wire, wire.deviceId ?? this.#device.deviceId);
    this.#clock.receive(op.timestamp, this.#serviceTime());
    this.#incoming?.fold(op);
    if (this.#seen.fold(op) && isNews) this.#deps.emit({ event: 'change', op: wire });
  }

  #takeAck({ id, results }: Down<'ack'>): void {
    const op = this.#opsByPushId.get(id);
    const [answer] = results;
    if (op === undefined || answer === undefined) return;
    this.#opsByPushId.delete(id);
    if (answer.result !== 'rejected') {
      this.#seen.fold(op);
      this.#incoming?.fold(op);
    }
    this.#tellResult(op, answer);
    if (answer.winner !== undefined) this.#fold(answer.winner, true);
  }

  #takePresence(device: DevicePresence): void {
    const { deviceId, state } = device;
    if (deviceId === this.#device.deviceId) return;
    const known = this.#statesByDeviceId.get(deviceId) ?? 'offline';
    this.#statesByDeviceId.set(deviceId, state);
    if (state !== known) this.#deps.emit({ event: 'presence', device });
  }

  #takeError({ id, code, message, retryAfterMs }: Down<'error'>): void {
    // A stop announces itself; the close that follows is told.
    if (code !== 'shutting_down') this.#deps.emit({ event: 'problem', message, code });
    if (id === undefined) return;
    if (this.#commandsById.has(id)) return this.#endCommand(id, { outcome: 'unknown' });
    const op = this.#opsByPushId.get(id);
    if (op === undefined) return;
    if (retryAfterMs === undefined) {
      this.#opsByPushId.delete(id);
      this.#tellResult(op, { result: 'rejected', code });
      return;
    }
    this.#postponedIds.add(id);
    this.#deps.later(retryAfterMs, () => {
      if (this.#postponedIds.delete(id)) this.#sendPush(id, op);
    });
  }

  #queue(op: Op): void {
    if (this.#opsByPushId.size >= PENDING_MAX) {
      return this.#complain(`${PENDING_MAX} changes wait for an answer; this one is not taken`);
    }
    const id = this.#deps.randomUuid();
    this.#opsByPushId.set(id, op);
    if (!this.#sendPush(id, op)) this.#complain('not connected: it is sent later');
  }

  #sendPush(id: string, op: Op): boolean {
    return this.#send({ type: 'push', id, ops: [opToWire(op)] });
  }

  /** @returns false before the welcome is through: who cannot wait is closed. */
  #send(message: UpMessage): boolean {
    return this.#isCaughtUp && this.#deps.send(message);
  }

  #sendCommand(to: string, command: Command): void {
    const id = this.#deps.randomUuid();
    this.#commandsById.set(id, { to, command });
    if (!this.#send({ type: 'command', id, to, command })) {
      this.#endCommand(id, { outcome: 'unknown', reason: 'not connected' });
    }
  }

  #endCommand(
    id: string,
    outcome: {
      readonly outcome: Down<'commandResult'>['outcome'] | 'unknown';
      readonly reason?: string;
    },
  ): void {
    const sent = this.#commandsById.get(id);
    if (sent === undefined) return;
    this.#commandsById.delete(id);
    this.#deps.emit({ event: 'outcome', ...sent, ...outcome });
  }

  #tellResult(op: Op, { result, code }: WireOpResult): void {
    const told = { event: 'result', op: opToWire(op), result } as const;
    this.#deps.emit(code === undefined ? told : { ...told, code });
  }

  #complain(message: string): void {
    this.#deps.emit({ event: 'problem', message });
  }

  #stamp() {
    const timestamp = this.#clock.tick(this.#serviceTime());
    return { timestamp, deviceId: this.#device.deviceId };
  }

  /** Its own clock may be wrong; the service's is what stamps are held against. [HLC4] */
  #serviceTime(): number {
    return this.#deps.now() + this.#offsetMs;
  }
}
