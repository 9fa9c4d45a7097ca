import type { Op } from '@cuepoint/core';
import type { ClientEnvironment } from './environment.ts';
import { noticeClockJump } from './outbox/clock-jump.ts';
import type { OutboxEntry } from './outbox/outbox-entry.ts';
import { stampToSend } from './outbox/stamp-to-send.ts';
import { opToSend } from './outbox/wire-ops.ts';
import type { ReplicaStore } from './replica/replica-store.ts';
import { sendLast } from './send-last.ts';

/** In UTF-16 code units, three bytes each at most: browsers hold the bodies of all such requests of a page to 64 KiB. Some 100 ops. */
const OPS_LENGTH_MAX = 19_000;
/** What is written this soon after the page was hidden leaves with it. One that lives on speaks over its socket. */
const LEAVING_MS = 1_000;

export interface SendWhatIsLeftDeps {
  readonly store: ReplicaStore;
  readonly environment: ClientEnvironment;
  /** The service's address. */
  readonly service: string;
  readonly deviceId: string;
  /** One that is surely of the user whose state this is; nobody waits for another. [ENG6] */
  readonly token: () => string | undefined;
}

/**
 * What waits in the outbox when the page may be gone leaves in one request that outlives it, and what is of it not stored
 * yet is kept for the next start. [ENG5]
 *
 * The ops have the stamps that they are pushed with, and stay in the outbox until a push is answered: the service knows
 * them again. The answer to this request is nobody's.
 *
 * @returns what ends it.
 */
export function sendWhatIsLeft(deps: SendWhatIsLeftDeps): () => void {
  const { store, environment, service } = deps;
  /** Once is enough. */
  const sent = new WeakSet<Op>();
  let hiddenAtMs: number | undefined;

  /** All changes of one turn leave together. */
  function leave(): void {
    if (hiddenAtMs === undefined) return;
    store.note();
    if (environment.monotonic() - hiddenAtMs < LEAVING_MS) void Promise.resolve().then(send);
  }

  function send(): void {
    const { replica, clock, place } = store;
    const token = deps.token();
    // Before the service's time is known stamps are provisional. [SDK3]
    if (token === undefined || noticeClockJump(store) || clock.offsetMs === undefined) return;
    const put: OutboxEntry[] = [];
    const ops: Op[] = [];
    let length = 0;
    // In order: what is sent has to be later than all that was sent before. [LWW3]
    for (const entry of replica.entries()) {
      if (entry.state === 'dead' || entry.userId !== place.userId || sent.has(entry.op)) continue;
      length += JSON.stringify(opToSend(entry.op)).length;
      if (length > OPS_LENGTH_MAX) break;
      const stamped = entry.state === 'unsent' ? stampToSend(store, entry, 'unanswered') : entry;
      if (stamped !== entry) put.push(stamped);
      ops.push(stamped.op);
      sent.add(stamped.op);
    }
    if (ops.length === 0) return;
    if (put.length > 0) void store.commit({ put, meta: { lastSent: clock.lastSent } });
    const { cursor } = replica.meta;
    (environment.sendLast ?? sendLast)(
      `${service}/api/v1/sync`,
      token,
      JSON.stringify({ deviceId: deps.deviceId, cursor, ops: ops.map(opToSend) }),
    );
  }

  const endings = [
    environment.onSignal((signal) => {
      if (signal === 'online') return;
      hiddenAtMs = signal === 'hidden' ? environment.monotonic() : undefined;
      leave();
    }),
    store.onChanged(leave),
  ];
  return () => {
    for (const end of endings) end();
  };
}
