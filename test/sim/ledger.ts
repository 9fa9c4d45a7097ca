import type { DownMessage, UpMessage, WireOp, WireOpResult } from '@cuepoint/core';
import { keyOfWire } from './op-key.ts';

/** What a run must never show; the letters are those of docs/reliability.md. */
export type Invariant = 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'h' | 'i' | 'crash';

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
  /** By key, every write to a register that was ever sent. */
  readonly progress: Map<string, WireOp>;
  /** The greatest stamp that was acknowledged, by content. */
  readonly ackedProgress: Map<string, string>;
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
  readonly #lastStamp = new WeakMap<object, string>();
  readonly #keyByStamp = new Map<string, string>();
  readonly #sentKeys = new WeakMap<object, Set<string>>();
  readonly #ackedByDevice = new Map<string, Set<string>>();
  readonly #ownerByKey = new Map<string, string>();
  readonly #fail: (violation: Violation) => void;
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
        progress: new Map(),
        ackedProgress: new Map(),
      };
      this.#users.set(userId, user);
    }
    return user;
  }

  /** A device stored a write of this user, before it sent it. */
  owned(op: WireOp, userId: string): void {
    this.#ownerByKey.set(keyOfWire(op), userId);
  }

  wasAcked(device: string, op: WireOp): boolean {
    return this.#ackedByDevice.get(device)?.has(keyOfWire(op)) === true;
  }

  sent(peer: Peer, message: UpMessage): void {
    if (message.type !== 'push') return;
    const ops = message.ops as readonly WireOp[];
    peer.pushes.set(message.id, ops);
    const user = this.userOf(peer.userId);
    for (const op of ops) {
      const owner = this.#ownerByKey.get(keyOfWire(op));
      if (owner !== undefined && owner !== peer.userId) {
        this.#fail(
          new Violation('i', `${peer.device} sends a write of ${owner} as ${peer.userId}`),
        );
      }
      this.#checkStamp(peer, op);
      if (op.kind === 'watchlist.add') user.adds.set(op.tag, op);
      else if (op.kind === 'watchlist.remove') for (const tag of op.tags) user.removes.add(tag);
      else user.progress.set(keyOfWire(op), op);
    }
  }

  /** @returns the writes that the message acknowledges. */
  received(peer: Peer, message: DownMessage): readonly WireOp[] {
    if (message.type === 'welcome') this.#checkOwners(peer, message.changes);
    if (message.type === 'changes') this.#checkOwners(peer, message.ops);
    if (message.type !== 'ack') return [];
    const ops = peer.pushes.get(message.id) ?? [];
    return ops.filter((op, index) => {
      const result = message.results[index];
      return result !== undefined && this.#settle(peer, op, result);
    });
  }

  #settle(peer: Peer, op: WireOp, { result, code, winner }: WireOpResult): boolean {
    if (winner !== undefined) this.#checkOwners(peer, [winner]);
    const isOld = result === 'rejected' && code === 'tag_reused';
    if (result === 'rejected' && !isOld) return false;
    const acked = this.#ackedByDevice.get(peer.device) ?? new Set<string>();
    this.#ackedByDevice.set(peer.device, acked);
    acked.add(keyOfWire(op));
    if (isOld) return false;
    this.acked += 1;
    const user = this.userOf(peer.userId);
    if (op.kind === 'watchlist.add') {
      if (result !== 'superseded') user.ackedAdds.add(op.tag);
    } else if (op.kind === 'watchlist.remove') {
      for (const tag of op.tags) user.ackedRemoves.add(tag);
    } else if (op.timestamp > (user.ackedProgress.get(op.contentId) ?? '')) {
      user.ackedProgress.set(op.contentId, op.timestamp);
    }
    return true;
  }

  /** [LWW3] */
  #checkStamp({ device, deviceId, lineage }: Peer, op: WireOp): void {
    const key = keyOfWire(op);
    const sent = this.#sentKeys.get(lineage) ?? new Set<string>();
    this.#sentKeys.set(lineage, sent);
    const full = `${key} ${op.timestamp}`;
    if (sent.has(full)) return;
    sent.add(full);
    const last = this.#lastStamp.get(lineage) ?? '';
    if (op.timestamp <= last) {
      this.#fail(new Violation('h', `${device} sent ${key} at ${op.timestamp}, after ${last}`));
    } else this.#lastStamp.set(lineage, op.timestamp);
    const stamp = `${op.timestamp} ${deviceId}`;
    const before = this.#keyByStamp.get(stamp) ?? key;
    if (before !== key) {
      this.#fail(new Violation('h', `${device} stamped ${before} and ${key} the same`));
    }
    this.#keyByStamp.set(stamp, key);
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
