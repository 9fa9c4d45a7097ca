import type { WireOp } from '@cuepoint/core';
import {
  isRegisterOp,
  registerIdOf,
  registerKey,
  registerOf,
  type StoredState,
} from './stored-state.ts';

/** An op that the service has said yes to. */
export interface AckedOp {
  readonly op: WireOp;
  readonly deviceId: string;
  /** When the answer came, in ms since the epoch. */
  readonly atMs: number;
}

/** What the devices of one user have sent, and what of it was acknowledged. */
export interface UserLedger {
  /** By tag, every add that was ever sent. */
  readonly sentAdds: ReadonlyMap<string, WireOp>;
  /** By each tag that a remove names, when the first such remove left, in ms since the epoch. */
  readonly sentRemoves: ReadonlyMap<string, number>;
  /** Every write to a register that was ever sent, as {@link registerKey} has it. */
  readonly sentWrites: ReadonlySet<string>;
  readonly ackedAdds: ReadonlyMap<string, AckedOp>;
  readonly ackedRemoves: ReadonlyMap<string, AckedOp>;
  /** Not only the greatest of each register: each one counts. */
  readonly ackedWrites: readonly AckedOp[];
  /** What was sent and has no answer yet; it has to be in somebody's outbox. */
  readonly unanswered: ReadonlyMap<string, WireOp>;
}

class UserEntries implements UserLedger {
  readonly sentAdds = new Map<string, WireOp>();
  readonly sentRemoves = new Map<string, number>();
  readonly sentWrites = new Set<string>();
  readonly ackedAdds = new Map<string, AckedOp>();
  readonly ackedRemoves = new Map<string, AckedOp>();
  readonly ackedWrites: AckedOp[] = [];
  readonly unanswered = new Map<string, WireOp>();
}

/**
 * What was sent, and what the service promised by an ack, read from the wire.
 *
 * It knows the protocol and nothing of the product's code: a client that forgets an ack does not make the ledger forget it.
 */
export class Ledger {
  readonly #users = new Map<string, UserEntries>();
  readonly #ackListeners = new Set<() => void>();
  #acked = 0;

  /** Acknowledged ops of all users; one that was acknowledged twice counts twice. */
  get acked(): number {
    return this.#acked;
  }

  userOf(userId: string): UserLedger {
    return this.#entriesOf(userId);
  }

  /** Before it leaves: what was sent may be stored, whatever comes back. */
  sent(userId: string, op: WireOp, atMs = Date.now()): void {
    const user = this.#entriesOf(userId);
    user.unanswered.set(keyOf(op), op);
    const added = tagAddedBy(op);
    if (added !== undefined) user.sentAdds.set(added, op);
    else if (!isRegisterOp(op)) {
      for (const tag of tagsRemovedBy(op)) {
        if (!user.sentRemoves.has(tag)) user.sentRemoves.set(tag, atMs);
      }
    } else user.sentWrites.add(writeKey(op));
  }

  acknowledged(userId: string, acked: AckedOp): void {
    const user = this.#entriesOf(userId);
    const { op } = acked;
    user.unanswered.delete(keyOf(op));
    const added = tagAddedBy(op);
    if (added !== undefined) user.ackedAdds.set(added, acked);
    else if (!isRegisterOp(op))
      for (const tag of tagsRemovedBy(op)) user.ackedRemoves.set(tag, acked);
    else user.ackedWrites.push(acked);
    this.#acked += 1;
    for (const listener of this.#ackListeners) listener();
  }

  /**
   * What was just checked is where the next check begins: what is stored stays written down, all else is forgotten, so that
   * a long run needs no more memory than a short one. Whatever of it comes back was sent by nobody.
   */
  forgetAllBut(userId: string, { tags, registers }: StoredState): void {
    const user = this.#entriesOf(userId);
    for (const byTag of [user.sentAdds, user.sentRemoves, user.ackedAdds, user.ackedRemoves]) {
      for (const tag of byTag.keys()) if (!tags.has(tag)) byTag.delete(tag);
    }
    const kept = new Set(
      Array.from(registers, ([contentId, register]) => registerKey(contentId, register)),
    );
    for (const key of user.sentWrites) if (!kept.has(key)) user.sentWrites.delete(key);
    const writes = user.ackedWrites.filter(({ op }) => kept.has(writeKey(op)));
    user.ackedWrites.splice(0, user.ackedWrites.length, ...writes);
  }

  /** It is not stored and never will be; a device stamps it anew, or tells its app. */
  refused(userId: string, op: WireOp): void {
    this.#entriesOf(userId).unanswered.delete(keyOf(op));
  }

  /** @returns what ends it. */
  onAck(listener: () => void): () => void {
    this.#ackListeners.add(listener);
    return () => this.#ackListeners.delete(listener);
  }

  #entriesOf(userId: string): UserEntries {
    const user = this.#users.get(userId) ?? new UserEntries();
    this.#users.set(userId, user);
    return user;
  }
}

/** The id of a play is its tag. */
function tagAddedBy(op: WireOp): string | undefined {
  if (op.kind === 'watchlist.add') return op.tag;
  return op.kind === 'play.add' ? op.playId : undefined;
}

function tagsRemovedBy(op: WireOp): readonly string[] {
  if (op.kind === 'watchlist.remove') return op.tags;
  return op.kind === 'play.remove' ? op.playIds : [];
}

function writeKey(op: WireOp): string {
  if (!isRegisterOp(op)) throw new Error(`${op.kind} writes to no register`);
  return registerKey(registerIdOf(op), registerOf(op));
}

function keyOf(op: WireOp): string {
  const added = tagAddedBy(op);
  if (added !== undefined) return `add ${added}`;
  if (isRegisterOp(op)) return writeKey(op);
  return `remove ${op.timestamp} ${op.deviceId} ${tagsRemovedBy(op).join()}`;
}
