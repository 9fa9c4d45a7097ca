import type { Op } from '@cuepoint/core';
import * as fc from 'fast-check';
import { arbitraryHistory } from '../../../core/src/testing/op-arbitraries.ts';
import type { OutboxEntry } from '../outbox/outbox-entry.ts';
import { Acknowledged } from '../replica/acknowledged.ts';
import { isRegisterOp, keyOf, partOf } from '../replica/op-key.ts';
import type { Replica, ReplicaChange } from '../replica/replica.ts';

export type Step =
  | { readonly does: 'write' | 'remote' | 'page' | 'resync'; readonly op: Op }
  | { readonly does: 'send' | 'ack' | 'refuse' | 'lose'; readonly which: number };

export const steps: fc.Arbitrary<Step[]> = arbitraryHistory({ devices: 1 }).chain((ops) =>
  fc.array(
    fc.oneof(
      fc.record({
        does: fc.constantFrom('write' as const, 'write' as const, 'remote', 'page', 'resync'),
        op: fc.constantFrom(...ops),
      }),
      fc.record({
        does: fc.constantFrom('send' as const, 'ack' as const, 'refuse', 'lose'),
        which: fc.nat({ max: 7 }),
      }),
    ),
    { maxLength: 30 },
  ),
);

/** What happens to a replica, as the changes that come of it. */
export class ReplicaHistory {
  readonly committed: Op[] = [];
  /** What the service had committed when it gave a cursor. */
  readonly opsByCursor = new Map<string, readonly Op[]>();
  /** Every entry that ever was, and the one that took its place. */
  readonly entriesById = new Map<string, { op: Op; foldedInto: string | undefined }>();

  readonly #replica: () => Replica;

  constructor(replica: () => Replica) {
    this.#replica = replica;
  }

  changeOf(step: Step): ReplicaChange | undefined {
    if ('op' in step) return this.#changeOfOp(step.does, step.op);
    const entries = this.#replica().entries();
    const entry = entries[step.which % Math.max(entries.length, 1)];
    if (entry === undefined) return undefined;
    const event = { send: 'send', ack: 'settled', refuse: 'refused', lose: 'lost' } as const;
    const next = this.#replica().step(entry.id, event[step.does]);
    if (next === undefined) return undefined;
    if (next === 'gone') {
      this.committed.push(entry.op);
      return { fold: [entry.op], drop: [entry.id] };
    }
    const { timestamp } = entry.op;
    if (step.does === 'send') {
      return { put: [{ ...next, sends: next.sends + 1 }], meta: { lastSent: timestamp } };
    }
    return { put: [step.does === 'refuse' ? { ...next, code: 'change_refused' } : next] };
  }

  #changeOfOp(does: 'write' | 'remote' | 'page' | 'resync', op: Op): ReplicaChange {
    if (does === 'write') return this.#write(op);
    this.committed.push(op);
    if (does === 'remote') return { fold: [op] };
    const cursor = `c${this.opsByCursor.size}`;
    const all = [...this.committed];
    this.opsByCursor.set(cursor, all);
    return does === 'page'
      ? { fold: all, meta: { cursor } }
      : { replace: acknowledgedOf(all), meta: { cursor } };
  }

  #write(op: Op): ReplicaChange {
    const id = String(this.entriesById.size).padStart(12, '0');
    const folded = this.#replica()
      .pendingOf(partOf(op), keyOf(op))
      .filter(({ state }) => isRegisterOp(op) && state === 'unsent');
    for (const { id: before, op: old } of folded) {
      this.entriesById.set(before, { op: old, foldedInto: id });
    }
    this.entriesById.set(id, { op, foldedInto: undefined });
    const entry: OutboxEntry = {
      id,
      op,
      userId: op.timestamp.logical === 2 ? undefined : 'ada',
      shownUserId: undefined,
      wallMs: 5,
      serviceMs: op.timestamp.logical === 0 ? undefined : 7,
      notBeforeMs: 3,
      seen: op.timestamp.logical === 1 ? op.timestamp : undefined,
      sends: 0,
      state: 'unsent',
      code: undefined,
    };
    return {
      put: [entry],
      ...(folded.length > 0 && {
        drop: folded.map((each) => each.id),
        foldedInto: Object.fromEntries(folded.map((each) => [each.id, id])),
      }),
    };
  }
}

function acknowledgedOf(ops: readonly Op[]): Acknowledged {
  const acknowledged = new Acknowledged();
  for (const op of ops) acknowledged.fold(op);
  return acknowledged;
}
