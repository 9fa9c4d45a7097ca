import { opToWire, type Op, type WireOpResult } from '@cuepoint/core';

const OUTBOX_MAX = 10_000;
/** Pushes that wait for their ack at once; more than one, so that acks may come in any order. */
const IN_FLIGHT_MAX = 16;

export interface PendingPush {
  readonly id: string;
  readonly ops: readonly Op[];
  /** The same at each sending: tags and stamps are fixed when the op is made. [LWW3] */
  readonly text: string;
  readonly settled: Promise<readonly WireOpResult[]>;
  readonly settle: (results: readonly WireOpResult[]) => void;
  readonly fail: (error: Error) => void;
  isSent: boolean;
}

/** Pushes without an answer, in the order in which they were made. */
export class Outbox {
  readonly #pushesById = new Map<string, PendingPush>();

  get size(): number {
    return this.#pushesById.size;
  }

  *ops(): Generator<Op> {
    for (const { ops } of this.#pushesById.values()) yield* ops;
  }

  add(id: string, ops: readonly Op[]): PendingPush {
    if (this.size >= OUTBOX_MAX) throw new Error(`the outbox is full (${OUTBOX_MAX} pushes)`);
    const wireOps = ops.map((op) => ({ ...opToWire(op), deviceId: undefined }));
    const text = JSON.stringify({ type: 'push', id, ops: wireOps });
    const {
      promise: settled,
      resolve: settle,
      reject: fail,
    } = withResolvers<readonly WireOpResult[]>();
    // Who does not look at the outcome of a push still finds it among the device's errors.
    settled.catch(() => undefined);
    const push = { id, ops, text, settled, settle, fail, isSent: false };
    this.#pushesById.set(id, push);
    return push;
  }

  /** Takes a push out: it has its answer. */
  take(id: string): PendingPush | undefined {
    const push = this.#pushesById.get(id);
    this.#pushesById.delete(id);
    return push;
  }

  get(id: string): PendingPush | undefined {
    return this.#pushesById.get(id);
  }

  /** The next to be sent, as far as there is room in flight; they count as sent from now on. */
  takeUnsent(): readonly PendingPush[] {
    const unsent: PendingPush[] = [];
    let inFlight = 0;
    for (const push of this.#pushesById.values()) {
      inFlight += 1;
      if (inFlight > IN_FLIGHT_MAX) break;
      if (push.isSent) continue;
      push.isSent = true;
      unsent.push(push);
    }
    return unsent;
  }

  /** The socket that carried them is gone: whether they arrived is unknown, so all are sent again. */
  rewind(): void {
    for (const push of this.#pushesById.values()) push.isSent = false;
  }
}

/** `Promise.withResolvers` of later Node versions. */
export function withResolvers<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
