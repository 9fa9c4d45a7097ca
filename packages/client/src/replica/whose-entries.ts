import type { OutboxEntry } from '../outbox/outbox-entry.ts';
import type { Place } from '../place.ts';
import { loadReplica, type LoadReplicaDeps } from './load-replica.ts';
import { Replica, type ReplicaChange } from './replica.ts';

/** Whether it was written under nobody by the run whose entries end so. [ENG6] */
export function isOfRun(writerId: string, { id, userId }: OutboxEntry): boolean {
  return userId === undefined && id.endsWith(writerId);
}

/** What another run wrote over one person's state is not shown over another's, nor over none. [ENG6] */
export function isShownIn({ below }: Place, entry: OutboxEntry, writerId: string): boolean {
  const { shownUserId } = entry;
  return shownUserId === undefined || shownUserId === below?.userId || isOfRun(writerId, entry);
}

/** Entries that nobody had been named for are this user's. */
export function changeOf({ userId }: Place, change: ReplicaChange): ReplicaChange {
  const put = change.put?.map((entry) => ({
    ...entry,
    userId: entry.userId ?? userId,
    shownUserId: undefined,
  }));
  return put === undefined ? change : { ...change, put };
}

/** @returns what shows in a place, `undefined` where the medium cannot be read. Never rejects. */
export async function loadPlace(
  deps: LoadReplicaDeps,
  place: Place,
  writerId: string,
): Promise<Replica | undefined> {
  const own = await loadReplica(deps, place);
  if (own === undefined || !place.isNobodys) return own;
  const below = place.below && (await loadReplica(deps, place.below));
  const replica = below ?? new Replica();
  replica.applyStored({
    put: own.entries().filter((entry) => isShownIn(place, entry, writerId)),
    // What was refused is the user's to decide, and their cursor is not for whoever connects from here.
    drop: replica
      .entries()
      .filter(({ state }) => state === 'dead')
      .map(({ id }) => id),
    meta: { cursor: undefined },
  });
  return replica;
}

/**
 * Another tab folded a change that this one has sent meanwhile: it may be stored, and stays until its answer.
 * [SDK2] [SDK4]
 */
export function keepSent(
  replica: Replica,
  change: ReplicaChange,
): { kept: OutboxEntry[]; applied: ReplicaChange } {
  const { drop = [], foldedInto } = change;
  if (foldedInto === undefined) return { kept: [], applied: change };
  const kept = drop
    .map((id) => replica.entry(id))
    .filter((entry): entry is OutboxEntry => entry !== undefined && entry.state !== 'unsent');
  const keptIds = new Set(kept.map(({ id }) => id));
  return { kept, applied: { ...change, drop: drop.filter((id) => !keptIds.has(id)) } };
}
