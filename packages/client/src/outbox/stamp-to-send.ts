import { keyOf, partOf } from '../replica/op-key.ts';
import type { ReplicaStore } from '../replica/replica-store.ts';
import type { EntryState, OutboxEntry } from './outbox-entry.ts';

/** An entry as it leaves this device: from now on its tag and stamp stay. It has to be recorded before it is sent. [SDK3] */
export function stampToSend(
  { clock, replica }: ReplicaStore,
  entry: OutboxEntry,
  state: EntryState,
): OutboxEntry {
  const isProvisional = entry.state === 'unsent' && clock.isProvisional(entry);
  const { op } = entry;
  const [stamped = entry] = isProvisional
    ? clock.restamp(replica.pendingOf(partOf(op), keyOf(op)), ({ id }) => id === entry.id)
    : [entry];
  clock.sent(stamped.op.timestamp);
  return { ...stamped, state, sends: entry.sends + 1 };
}
