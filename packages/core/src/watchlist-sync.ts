import { DurabilityTracker } from './durability-tracker.ts';
import { isUuid, normalizeUuid } from './ids.ts';
import {
  persistThrough,
  requireContentId,
  requireContext,
  type ManagerContext,
} from './manager-context.ts';
import {
  TAGS_PER_REMOVE_MAX,
  type WatchlistAddOp,
  type WatchlistOp,
  type WatchlistRemoveOp,
} from './op.ts';
import { ORSet, type EntryOutcome } from './or-set.ts';
import { compareStamps, type Stamp } from './stamp.ts';

/** A content on the list, as a person sees it. */
export interface WatchlistItem {
  readonly contentId: string;
  /** The stamp of its first live add. */
  readonly added: Stamp;
  /** Its live tags; more than one when devices added it concurrently. */
  readonly tags: readonly string[];
}

/**
 * One user's watchlist in memory, every mutation persisted through the port.
 *
 * A mutation is visible to the next read at once and returns its op; `whenDurable()` tells when the
 * store has it.
 */
export class WatchlistSync {
  readonly #context: ManagerContext;
  readonly #set: ORSet;
  readonly #durability = new DurabilityTracker();

  /** @param set the stored state, empty for a new user; the clock goes on after its stamps. [LWW3] */
  constructor(context: ManagerContext, set: ORSet = new ORSet()) {
    this.#context = requireContext(context);
    this.#set = set;
    const now = context.environment.now();
    for (const { added, removed } of set.entries()) {
      if (added !== null) context.clock.receive(added.timestamp, now);
      if (removed !== null) context.clock.receive(removed.timestamp, now);
    }
  }

  get size(): number {
    return this.#set.size;
  }

  contains(contentId: string): boolean {
    return this.#set.contains(contentId);
  }

  /** The newest first. */
  list(): WatchlistItem[] {
    return [...this.#set.contentIds()]
      .map((contentId) => toItem(this.#set, contentId))
      .sort((a, b) => compareStamps(b.added, a.added));
  }

  /** Mints one tag. An item that is there already gets another, as a concurrent add would. [ORS1] */
  add(contentId: string): WatchlistAddOp {
    requireContentId(contentId);
    const { clock, deviceId, environment } = this.#context;
    const op: WatchlistAddOp = {
      kind: 'watchlist.add',
      contentId,
      tag: requireTag(environment.randomUuid()),
      timestamp: clock.tick(environment.now()),
      deviceId,
    };
    this.#fold(op);
    this.#persist(op);
    return op;
  }

  /**
   * Removes every tag seen here. [ORS2]
   *
   * More tags than one op may name (`TAGS_PER_REMOVE_MAX`) go to the port in several ops, the last of
   * which is returned.
   *
   * @returns undefined when the content is not on the list.
   */
  remove(contentId: string): WatchlistRemoveOp | undefined {
    requireContentId(contentId);
    const tags = this.#set.liveTags(contentId);
    const { clock, deviceId, environment } = this.#context;
    let op: WatchlistRemoveOp | undefined;
    for (let start = 0; start < tags.length; start += TAGS_PER_REMOVE_MAX) {
      op = {
        kind: 'watchlist.remove',
        contentId,
        tags: tags.slice(start, start + TAGS_PER_REMOVE_MAX),
        timestamp: clock.tick(environment.now()),
        deviceId,
      };
      this.#fold(op);
      this.#persist(op);
    }
    return op;
  }

  /** Folds in an op of another replica, in any order, any number of times. [ORS5] */
  applyRemote(op: WatchlistOp): EntryOutcome {
    this.#context.clock.receive(op.timestamp, this.#context.environment.now());
    const before = this.#set.revision;
    const outcome = this.#fold(op);
    // An add that meets its tombstone is `superseded` and still changes the entry.
    if (this.#set.revision !== before) this.#persist(op);
    return outcome;
  }

  /**
   * @throws when the port failed or refused a change since the last call. Memory keeps that change all the
   * same: after a refusal only a state that is loaded again is what the store holds.
   */
  whenDurable(): Promise<void> {
    return this.#durability.whenDurable();
  }

  #fold(op: WatchlistOp): EntryOutcome {
    return op.kind === 'watchlist.add'
      ? this.#set.add(op.contentId, op.tag, op)
      : this.#set.remove(op.contentId, op.tags, op);
  }

  #persist(op: WatchlistOp): void {
    this.#durability.track(() =>
      persistThrough(this.#context, op, (winner) => {
        if (winner.kind === 'watchlist.add' || winner.kind === 'watchlist.remove')
          this.#fold(winner);
      }),
    );
  }
}

function toItem(set: ORSet, contentId: string): WatchlistItem {
  const tags = set.liveTags(contentId);
  const stamps = tags.flatMap((tag) => set.get(tag)?.added ?? []).sort(compareStamps);
  const [added] = stamps;
  if (added === undefined) throw new Error('a live content has a live tag');
  return { contentId, added, tags };
}

/** One spelling for one tag: some platforms mint UUIDs in upper case. [ORS1] */
function requireTag(uuid: string): string {
  if (!isUuid(uuid)) throw new TypeError('environment.randomUuid() gives UUIDs');
  return normalizeUuid(uuid);
}
