/** A list that hears of each change while it is current. */
export interface CurrentList<Change> {
  /** Whether anybody subscribes. */
  isFollowed(): boolean;
  hear(change: Change): void;
}

/** Lists that nobody follows and that are kept current all the same: those that were read last. */
export const UNFOLLOWED_MAX = 16;

/**
 * The lists of one state that hear of changes: those that somebody follows, and the last that were read. What nobody
 * reads any more is held by nothing here; it is made anew where somebody reads it after all.
 */
export class CurrentLists<List extends CurrentList<Change>, Change> {
  /** The one that was read last is the last. */
  readonly #lists = new Set<List>();

  /** @returns false for one that has missed changes. */
  use(list: List): boolean {
    const wasCurrent = this.#lists.delete(list);
    this.#lists.add(list);
    let excess = this.#lists.size - UNFOLLOWED_MAX;
    for (const other of this.#lists) {
      if (excess <= 0) break;
      excess -= 1;
      if (other !== list && !other.isFollowed()) this.#lists.delete(other);
    }
    return wasCurrent;
  }

  tell(change: Change): void {
    // Whoever hears of it reads, and what is read changes its place.
    const lists = [...this.#lists];
    for (const list of lists) list.hear(change);
  }

  find(isMeant: (list: List) => boolean): List | undefined {
    return [...this.#lists].find(isMeant);
  }
}
