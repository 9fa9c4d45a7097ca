import { compareStamps, stampOf, type Stamp } from './stamp.ts';

/** One tag of the set: the add that minted it, the removal that ended it, or both. */
export interface ORSetEntry {
  /** UUID, lower case. */
  readonly tag: string;
  readonly contentId: string;
  /** The add's stamp; `null` while only a removal of this tag has arrived. [ORS4] */
  readonly added: Stamp | null;
  /** The least stamp among the removals that arrived; `null` while the tag is live. */
  readonly removed: Stamp | null;
}

/**
 * What an entry met: `applied` (the set changed), `duplicate` (it was all there), `superseded` (the
 * tag is removed already), `conflict` (the tag belongs to another add: a tag was minted twice). [ORS1]
 */
export type EntryOutcome = 'applied' | 'duplicate' | 'superseded' | 'conflict';

/**
 * Folds two entries of one tag. Every part only ever grows (an add appears, a removal appears, its
 * stamp gets less), so the fold is commutative, associative and idempotent. [ORS5]
 *
 * The first add of a tag stands. [ORS1] The least removal stamp is kept rather than the first to
 * arrive, so that replicas agree on who removed it.
 */
export function mergeEntries(a: ORSetEntry, b: ORSetEntry): ORSetEntry {
  const added = a.added ?? b.added;
  const removedByB =
    b.removed !== null && (a.removed === null || compareStamps(b.removed, a.removed) < 0);
  const removed = removedByB ? b.removed : a.removed;
  // An add knows its content best; without one, the content is what the kept removal named.
  const contentId =
    a.added !== null || (b.added === null && !removedByB) ? a.contentId : b.contentId;
  if (added === a.added && removed === a.removed && contentId === a.contentId) return a;
  return { tag: a.tag, contentId, added, removed };
}

/**
 * An observed-remove set whose elements are content ids: add wins over a concurrent remove. [ORS2]
 *
 * Source: Shapiro et al., INRIA RR-7506, 2011, section 3.3.5. Tombstones stay in the set, so a
 * removal that overtakes its add still wins over it. [ORS3] [ORS4]
 */
export class ORSet {
  readonly #entries = new Map<string, ORSetEntry>();
  /** Nearly every content has one live tag: it stands for itself, which saves a set for each. */
  readonly #liveTagsByContentId = new Map<string, string | Set<string>>();
  /** Tags that changed and were not marked as persisted since. */
  readonly #unpersisted = new Set<string>();
  #revision = 0;

  /** A set as it was stored: nothing in it counts as unpersisted. */
  static fromEntries(entries: Iterable<ORSetEntry>): ORSet {
    const set = new ORSet();
    for (const entry of entries) set.apply(entry);
    set.#unpersisted.clear();
    return set;
  }

  /** The number of distinct live contents, in constant time. [ORS5] */
  get size(): number {
    return this.#liveTagsByContentId.size;
  }

  /** In constant time. [ORS5] */
  contains(contentId: string): boolean {
    return this.#liveTagsByContentId.has(contentId);
  }

  contentIds(): IterableIterator<string> {
    return this.#liveTagsByContentId.keys();
  }

  /** The live tags of a content: what a remove issued here and now has seen. [ORS2] */
  liveTags(contentId: string): readonly string[] {
    const tags = this.#liveTagsByContentId.get(contentId) ?? [];
    return typeof tags === 'string' ? [tags] : [...tags];
  }

  get(tag: string): ORSetEntry | undefined {
    return this.#entries.get(tag);
  }

  /** Every entry, tombstones included. */
  entries(): IterableIterator<ORSetEntry> {
    return this.#entries.values();
  }

  get entryCount(): number {
    return this.#entries.size;
  }

  /** Grows with every change of an entry: equal before and after means that nothing changed. */
  get revision(): number {
    return this.#revision;
  }

  add(contentId: string, tag: string, stamp: Stamp): EntryOutcome {
    return this.apply({ tag, contentId, added: stampOf(stamp), removed: null });
  }

  /**
   * Removes these tags and no others. A tag that is not there yet leaves its tombstone. [ORS2] [ORS4]
   *
   * `applied` if any tag changed, else `superseded` if another removal was there first, else `duplicate`.
   */
  remove(contentId: string, tags: Iterable<string>, stamp: Stamp): EntryOutcome {
    let outcome: EntryOutcome = 'duplicate';
    const removed = stampOf(stamp);
    for (const tag of tags) {
      const met = this.apply({ tag, contentId, added: null, removed });
      if (met === 'applied' || outcome === 'duplicate') outcome = met;
    }
    return outcome;
  }

  /** Folds one entry in. */
  apply(incoming: ORSetEntry): EntryOutcome {
    const stored = this.#entries.get(incoming.tag);
    const merged = stored === undefined ? incoming : mergeEntries(stored, incoming);
    if (merged !== stored) this.#put(stored, merged);
    return outcomeOf(stored, incoming, merged);
  }

  merge(other: ORSet): void {
    for (const entry of other.#entries.values()) this.apply(entry);
  }

  /** Lets go of a tombstone. Only once its add cannot arrive any more: one that did would count again. */
  collect(tag: string): void {
    if (this.#entries.get(tag)?.removed == null) return;
    this.#entries.delete(tag);
    this.#unpersisted.delete(tag);
    this.#revision += 1;
  }

  /** What changed and is not marked as persisted. [SQL3] */
  unpersisted(): readonly ORSetEntry[] {
    const entries: ORSetEntry[] = [];
    for (const tag of this.#unpersisted) {
      const entry = this.#entries.get(tag);
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  /** What changed since the last call, where whoever takes it is sure to keep it. */
  takeUnpersisted(): readonly ORSetEntry[] {
    const entries = this.unpersisted();
    this.#unpersisted.clear();
    return entries;
  }

  /**
   * Tells that the store took `entry`, as `unpersisted()` gave it, and folds in what the store holds
   * instead of it, if that is more. An entry that changed meanwhile stays unpersisted. [SQL3]
   */
  markPersisted(entry: ORSetEntry, stored: ORSetEntry = entry): void {
    const isUnchanged = this.#entries.get(entry.tag) === entry;
    this.apply(stored);
    if (isUnchanged) this.#unpersisted.delete(entry.tag);
  }

  #put(stored: ORSetEntry | undefined, merged: ORSetEntry): void {
    if (stored !== undefined && isLive(stored)) this.#unindex(stored);
    if (isLive(merged)) this.#index(merged);
    this.#entries.set(merged.tag, merged);
    this.#revision += 1;
    this.#unpersisted.add(merged.tag);
  }

  #index({ contentId, tag }: ORSetEntry): void {
    const tags = this.#liveTagsByContentId.get(contentId);
    if (tags === undefined) this.#liveTagsByContentId.set(contentId, tag);
    else if (typeof tags === 'string')
      this.#liveTagsByContentId.set(contentId, new Set([tags, tag]));
    else tags.add(tag);
  }

  #unindex({ contentId, tag }: ORSetEntry): void {
    const tags = this.#liveTagsByContentId.get(contentId);
    if (tags instanceof Set && tags.delete(tag) && tags.size > 0) return;
    this.#liveTagsByContentId.delete(contentId);
  }
}

export function isLive(entry: ORSetEntry): boolean {
  return entry.added !== null && entry.removed === null;
}

/** What `incoming` met, from the entry before and after the fold. */
function outcomeOf(
  stored: ORSetEntry | undefined,
  incoming: ORSetEntry,
  merged: ORSetEntry,
): EntryOutcome {
  if (incoming.added !== null) {
    if (stored !== undefined && !isSameAdd(stored, incoming)) return 'conflict';
    // An add of a removed tag fills in the tombstone at most: the user sees no change. [ORS3]
    if (incoming.removed === null && merged.removed !== null) return 'superseded';
  }
  if (merged !== stored) return 'applied';
  const ownRemoval =
    incoming.removed === null ||
    (merged.removed !== null && compareStamps(merged.removed, incoming.removed) === 0);
  return ownRemoval ? 'duplicate' : 'superseded';
}

function isSameAdd(stored: ORSetEntry, incoming: ORSetEntry): boolean {
  if (stored.added === null || incoming.added === null) return true;
  return (
    stored.contentId === incoming.contentId && compareStamps(stored.added, incoming.added) === 0
  );
}
