import { HybridLogicalClock, wireToOp, type Op, type WireOpResult } from '@cuepoint/core';
import { Replica } from '../replica.ts';
import { AcknowledgedState, type Applied } from './acknowledged-state.ts';
import { Outbox, type PendingPush } from './outbox.ts';

export interface DeviceReplicaOptions {
  readonly deviceId: string;
  readonly cursor: string | undefined;
  /** The device's wall clock, in ms since the epoch. */
  readonly now: () => number;
}

/** The acknowledged state with the outbox folded over it; a resync or a refusal changes both. [SDK8] */
export class DeviceReplica {
  readonly stored = new AcknowledgedState();
  readonly outbox = new Outbox();
  view = new Replica();
  readonly #deviceId: string;
  readonly #now: () => number;
  readonly #clock = new HybridLogicalClock();

  constructor({ deviceId, cursor, now }: DeviceReplicaOptions) {
    this.#deviceId = deviceId;
    this.#now = now;
    this.stored.cursor = cursor;
  }

  /** A stamp that this device never gave before. [LWW3] */
  stamp() {
    return { timestamp: this.#clock.tick(this.#now()), deviceId: this.#deviceId };
  }

  queue(id: string, ops: readonly Op[]): PendingPush {
    const push = this.outbox.add(id, ops);
    for (const op of ops) this.view.apply(op);
    return push;
  }

  learn({ ops, isReplaced }: Applied): void {
    for (const op of ops) {
      this.#clock.receive(op.timestamp, this.#now());
      this.view.apply(op);
    }
    if (isReplaced) this.#rebuildView();
  }

  /** Takes a push out that has its results. */
  acknowledge({ id, ops }: PendingPush, results: readonly WireOpResult[]): void {
    this.outbox.take(id);
    for (const [index, op] of ops.entries()) {
      const { result, winner } = results[index] ?? { result: 'rejected' };
      if (result === 'rejected') continue;
      this.stored.fold(op);
      if (winner === undefined) continue;
      const winning = wireToOp(winner, winner.deviceId ?? this.#deviceId);
      this.stored.fold(winning);
      this.view.apply(winning);
      this.#clock.receive(winning.timestamp, this.#now());
    }
    if (results.some(({ result }) => result === 'rejected')) this.#rebuildView();
  }

  /** Takes a push out that was refused as a whole. */
  drop({ id }: PendingPush): void {
    this.outbox.take(id);
    this.#rebuildView();
  }

  #rebuildView(): void {
    this.view = new Replica();
    this.view.merge(this.stored.replica);
    for (const op of this.outbox.ops()) this.view.apply(op);
  }
}
