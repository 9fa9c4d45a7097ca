import {
  textToTimestamp,
  type DownMessage,
  type UpMessage,
  type WireOp,
  type WireOpResult,
} from '@cuepoint/core';
import { keyOfWire, orderOf, registerOf, stampedKeyOf, tryOf } from './op-key.ts';

/** How far the clock of one instance of the service is off from that of another, at most, in ms. */
export const SERVICE_SKEW_MAX_MS = 20_000;

/** What a run must never show; the letters are those of docs/reliability.md. */
export type Invariant = 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'h' | 'i' | 'j' | 'k' | 'l' | 'crash';

export class Violation extends Error {
  readonly invariant: Invariant;

  constructor(invariant: Invariant, text: string) {
    super(`(${invariant}) ${text}`);
    this.invariant = invariant;
  }
}

/** What one user's devices have sent, and what of it the service has said yes to. */
export interface UserLedger {
  readonly adds: Map<string, WireOp>;
  readonly ackedAdds: Set<string>;
  /** By tag: whoever sent a remove that names it. */
  readonly removes: Set<string>;
  readonly ackedRemoves: Set<string>;
  /** By id, every play that was ever sent, and those that the service has. */
  readonly plays: Map<string, Extract<WireOp, { readonly kind: 'play.add' }>>;
  readonly ackedPlays: Set<string>;
  /** By id of the play: whoever sent a removal that names it. */
  readonly playRemoves: Set<string>;
  readonly ackedPlayRemoves: Set<string>;
  /** By key, every write to a register, and every other that is not of the watchlist, that was ever sent. */
  readonly progress: Map<string, WireOp>;
  /** The greatest stamp that was acknowledged, by register, as `orderOf` has it. */
  readonly ackedProgress: Map<string, string>;
}

/** What one replica has sent. */
interface Sent {
  readonly stamps: {
    readonly key: string;
    /** The key without its stamp: another try of it may come after later writes. */
    readonly write: string;
    readonly register: string;
    readonly timestamp: string;
    /** As `orderOf` has it. */
    readonly order: string;
  }[];
  readonly stampByKey: Map<string, string>;
  readonly keyByStamp: Map<string, { readonly key: string; readonly order: string }>;
}

/** Who is at the device's end of a connection. */
export interface Peer {
  readonly device: string;
  readonly userId: string;
  readonly deviceId: string;
  /** Stamps rise within it; a device that is restored from a backup begins a new one. */
  readonly lineage: object;
  readonly pushes: Map<string, readonly WireOp[]>;
}

/**
 * Reads every message on every wire, as a stranger would, and keeps what the product has promised by them. It knows the
 * protocol and nothing of the product's code.
 */
export class Ledger {
  readonly #users = new Map<string, UserLedger>();
  readonly #sentByLineage = new WeakMap<object, Sent>();
  readonly #ackedByDevice = new Map<string, Set<string>>();
  readonly #ackedOps = new Map<string, Map<string, WireOp>>();
  /** By device and tag: when the device first heard that it is removed, in ms. */
  readonly #heardRemovedAtMs = new Map<string, number>();
  readonly #refused = new Set<string>();
  readonly #ownerByKey = new Map<string, string>();
  readonly #fail: (violation: Violation) => void;
  /** How far ahead the clock of an instance ever was, at most, in ms. */
  serviceSkewMaxMs = SERVICE_SKEW_MAX_MS;
  /** No clock of an instance was ever far from another's. */
  areClocksClose = true;
  acked = 0;

  constructor(fail: (violation: Violation) => void) {
    this.#fail = fail;
  }

  userOf(userId: string): UserLedger {
    let user = this.#users.get(userId);
    if (user === undefined) {
      user = {
        adds: new Map(),
        ackedAdds: new Set(),
        removes: new Set(),
        ackedRemoves: new Set(),
        plays: new Map(),
        ackedPlays: new Set(),
        playRemoves: new Set(),
        ackedPlayRemoves: new Set(),
        progress: new Map(),
        ackedProgress: new Map(),
      };
      this.#users.set(userId, user);
    }
    return user;
  }

  setServiceSkew(skewMs: number): void {
    this.serviceSkewMaxMs = Math.max(this.serviceSkewMaxMs, skewMs + SERVICE_SKEW_MAX_MS);
    if (Math.abs(skewMs) > SERVICE_SKEW_MAX_MS) this.areClocksClose = false;
  }

  /** A device stored a write among those of this user, before it sent it. [SDK9] */
  owned(device: string, op: WireOp, userId: string): void {
    // Two people may clear one film in the same millisecond, on two devices.
    const key = `${device} ${keyOfWire(op)}`;
    const owner = this.#ownerByKey.get(key) ?? userId;
    this.#ownerByKey.set(key, owner);
    if (owner !== userId) {
      this.#fail(
        new Violation('i', `${keyOfWire(op)} of ${owner} is kept among the writes of ${userId}`),
      );
    }
  }

  /** What a device was told is stored, for one user. */
  ackedOf(device: string, userId: string): readonly WireOp[] {
    return [...(this.#ackedOps.get(`${device} ${userId}`)?.values() ?? [])];
  }

  /** Its storage went back to a time when it knew less. */
  forgetAcked(device: string): void {
    for (const key of this.#ackedOps.keys()) {
      if (key.startsWith(`${device} `)) this.#ackedOps.delete(key);
    }
  }

  /** Whether the service has refused this write with this stamp: it may get another. [SDK3] */
  wasRefused(device: string, op: WireOp): boolean {
    return this.#refused.has(`${device} ${stampedKeyOf(op)}`);
  }

  wasAcked(device: string, op: WireOp): boolean {
    return this.#ackedByDevice.get(device)?.has(keyOfWire(op)) === true;
  }

  /** @param nowMs the true time. */
  sent(peer: Peer, message: UpMessage, nowMs: number): void {
    if (message.type !== 'push') return;
    const ops = message.ops as readonly WireOp[];
    peer.pushes.set(message.id, ops);
    const user = this.userOf(peer.userId);
    for (const op of ops) {
      const owner = this.#ownerByKey.get(`${peer.device} ${keyOfWire(op)}`);
      if (owner !== undefined && owner !== peer.userId) {
        this.#fail(
          new Violation('i', `${peer.device} sends a write of ${owner} as ${peer.userId}`),
        );
      }
      this.#checkStamp(peer, op, nowMs);
      if (op.kind === 'watchlist.add') user.adds.set(op.tag, op);
      else if (op.kind === 'watchlist.remove') for (const tag of op.tags) user.removes.add(tag);
      else user.progress.set(keyOfWire(op), op);
      if (op.kind === 'play.add') user.plays.set(op.playId, op);
      if (op.kind === 'play.remove') for (const id of op.playIds) user.playRemoves.add(id);
    }
  }

  /** @param nowMs the true time. @returns the writes that the message acknowledges. */
  received(peer: Peer, message: DownMessage, nowMs: number): readonly WireOp[] {
    if (message.type === 'welcome' || message.type === 'changes') {
      const ops = message.type === 'welcome' ? message.changes : message.ops;
      this.#checkOwners(peer, ops);
      this.#noteRemovals(peer, ops, nowMs);
    }
    if (message.type !== 'ack') return [];
    const ops = peer.pushes.get(message.id) ?? [];
    const acked = ops.filter((op, index) => {
      const result = message.results[index];
      return result !== undefined && this.#settle(peer, op, result);
    });
    this.#noteRemovals(peer, acked, nowMs);
    return acked;
  }

  /** When a device first heard that a tag is removed, in ms; `undefined` where it never did. */
  heardRemovedAtMs(device: string, tag: string): number | undefined {
    return this.#heardRemovedAtMs.get(`${device} ${tag}`);
  }

  #noteRemovals({ device }: Peer, ops: readonly WireOp[], nowMs: number): void {
    for (const op of ops) {
      if (op.kind !== 'watchlist.remove') continue;
      for (const tag of op.tags) {
        const key = `${device} ${tag}`;
        if (!this.#heardRemovedAtMs.has(key)) this.#heardRemovedAtMs.set(key, nowMs);
      }
    }
  }

  #settle(peer: Peer, op: WireOp, { result, code, winner }: WireOpResult): boolean {
    if (winner !== undefined) this.#checkOwners(peer, [winner]);
    const isOld = result === 'rejected' && code === 'tag_reused';
    if (result === 'rejected') this.#refused.add(`${peer.device} ${stampedKeyOf(op)}`);
    if (result === 'rejected' && !isOld) return false;
    const acked = this.#ackedByDevice.get(peer.device) ?? new Set<string>();
    this.#ackedByDevice.set(peer.device, acked);
    acked.add(keyOfWire(op));
    if (isOld) return false;
    this.acked += 1;
    const ownerKey = `${peer.device} ${peer.userId}`;
    const ackedOps = this.#ackedOps.get(ownerKey) ?? new Map<string, WireOp>();
    this.#ackedOps.set(ownerKey, ackedOps.set(keyOfWire(op), op));
    const user = this.userOf(peer.userId);
    if (op.kind === 'watchlist.add') {
      if (result !== 'superseded') user.ackedAdds.add(op.tag);
    } else if (op.kind === 'watchlist.remove') {
      for (const tag of op.tags) user.ackedRemoves.add(tag);
    } else if (op.kind === 'play.add') {
      if (result !== 'superseded') user.ackedPlays.add(op.playId);
    } else if (op.kind === 'play.remove') {
      for (const id of op.playIds) user.ackedPlayRemoves.add(id);
    } else {
      const register = registerOf(op);
      const isGreater = orderOf(op) > (user.ackedProgress.get(register ?? '') ?? '');
      if (register !== undefined && isGreater) user.ackedProgress.set(register, orderOf(op));
    }
    return true;
  }

  /** [LWW3] [SDK3] */
  #checkStamp({ device, deviceId, lineage }: Peer, op: WireOp, nowMs: number): void {
    const key = keyOfWire(op);
    const sent: Sent = this.#sentByLineage.get(lineage) ?? {
      stamps: [],
      stampByKey: new Map(),
      keyByStamp: new Map(),
    };
    this.#sentByLineage.set(lineage, sent);
    const before = sent.stampByKey.get(key);
    const order = orderOf(op);
    if (before === order) return;
    if (before !== undefined && !this.#refused.has(`${device} ${key} ${before}`)) {
      this.#fail(new Violation('h', `${device} sent ${key} at ${before}, then at ${order}`));
    }
    sent.stampByKey.set(key, order);
    // With clocks hours apart stamps rise by register: what a device does later replaces what it did before. [LWW1]
    const name = registerOf(op);
    const register = name === undefined ? key : `${name} `;
    const scope = this.areClocksClose ? '' : register;
    const write = name === undefined ? key : tryOf(op);
    const wasRefused = (of: { readonly key: string; readonly order: string }) =>
      this.#refused.has(`${device} ${of.key} ${of.order}`);
    const isAnotherTry = sent.stamps.some((other) => other.write === write && wasRefused(other));
    const earlier = sent.stamps.filter(
      (other) => scope === '' || (other.register === scope && !isAnotherTry && !wasRefused(other)),
    );
    // Where the service's time went back, a write that goes past one of another device may be stamped before what it had itself
    // sent and lost: the claim has it later all the same. What plays on has an older claim than the act before it, and a later
    // stamp. [CLM1]
    const rises = (of: { readonly timestamp: string; readonly order: string }) =>
      op.timestamp > of.timestamp || (!this.areClocksClose && order > of.order);
    const notBefore = earlier.find((of) => !rises(of));
    if (notBefore !== undefined) {
      this.#fail(new Violation('h', `${device} sent ${key} at ${order}, after ${notBefore.order}`));
    }
    sent.stamps.push({ key, write, register, order, timestamp: op.timestamp });
    if ((textToTimestamp(op.timestamp)?.physical ?? 0) > nowMs + this.serviceSkewMaxMs) {
      this.#fail(new Violation('h', `${device} stamped ${key} in the future, ${op.timestamp}`));
    }
    // A backup does not know what was sent since: its device may come to a stamp of then, for another register.
    const stamp = `${scope}${this.areClocksClose ? op.timestamp : order} ${deviceId}`;
    const other = sent.keyByStamp.get(stamp);
    // What was refused is stored nowhere, and its stamp is as good as new.
    if (other !== undefined && other.key !== key && !wasRefused(other)) {
      this.#fail(new Violation('h', `${device} stamped ${other.key} and ${key} the same`));
    }
    sent.keyByStamp.set(stamp, { key, order });
  }

  #checkOwners({ userId, device }: Peer, ops: readonly WireOp[]): void {
    const user = this.userOf(userId);
    for (const op of ops) {
      const isOwn =
        op.kind === 'watchlist.add'
          ? user.adds.has(op.tag)
          : op.kind === 'watchlist.remove'
            ? op.tags.every((tag) => user.removes.has(tag))
            : user.progress.has(keyOfWire(op));
      if (!isOwn) {
        this.#fail(new Violation('i', `${device} of ${userId} was told ${keyOfWire(op)}`));
      }
    }
  }
}
