import { placeIn } from '../place-in.ts';
import { isSame } from '../subscribable.ts';

/** From here on a list is sorted as a whole: each change for itself moves what is behind it. */
const ONE_BY_ONE_MAX = 50;

interface Shown {
  readonly contentId: string;
}

export interface ItemsDeps<Item extends Shown> {
  /** Everything that may be shown. */
  readonly contentIds: () => Iterable<string>;
  readonly read: (contentId: string) => Item | undefined;
  /** Lists have the greatest first, and equal ones by content id. */
  readonly timeOf: (item: Item) => number;
}

/**
 * What is shown of each content, and lists of it: each the same array, of the same objects, until what it shows changes.
 *
 * Computed when it is read, and then only what is out of date: a change costs its own content, however many there are.
 */
export class Items<Item extends Shown> {
  readonly #deps: ItemsDeps<Item>;
  readonly #lists: List<Item>[] = [];
  /** As it was read last. */
  readonly #items = new Map<string, Item>();
  readonly #stale = new Set<string>();
  /** Nothing is known to be as it was. */
  #isAllStale = true;

  constructor(deps: ItemsDeps<Item>) {
    this.#deps = deps;
  }

  /** @param contentIds `undefined`: of all. */
  expire(contentIds: Iterable<string> | undefined): void {
    if (contentIds === undefined) this.#isAllStale = true;
    else for (const contentId of contentIds) this.#stale.add(contentId);
  }

  get(contentId: string): Item | undefined {
    if (this.#isAllStale || this.#stale.delete(contentId)) this.#refresh([contentId]);
    return this.#items.get(contentId);
  }

  /** @returns what reads the list of those that it keeps. */
  listOf(keeps: (item: Item) => boolean): () => readonly Item[] {
    const list = new List(keeps, this.#deps.timeOf);
    this.#lists.push(list);
    return () => {
      this.#refreshAll();
      return list.read();
    };
  }

  #refreshAll(): void {
    const stale = this.#isAllStale
      ? new Set([...this.#items.keys(), ...this.#deps.contentIds()])
      : this.#stale;
    this.#isAllStale = false;
    if (stale.size > 0) this.#refresh(stale);
    this.#stale.clear();
  }

  #refresh(contentIds: Iterable<string>): void {
    const gone: Item[] = [];
    const come: Item[] = [];
    for (const contentId of contentIds) {
      const before = this.#items.get(contentId);
      const item = this.#deps.read(contentId);
      if (item === undefined) this.#items.delete(contentId);
      else if (before !== undefined && isSame(before, item)) continue;
      else {
        this.#items.set(contentId, item);
        come.push(item);
      }
      if (before !== undefined) gone.push(before);
    }
    for (const list of this.#lists) list.change(gone, come);
  }
}

class List<Item extends Shown> {
  readonly #keeps: (item: Item) => boolean;
  readonly #timeOf: (item: Item) => number;
  #items: Item[] = [];
  /** Somebody may hold it: the next change is made to a copy. */
  #isRead = false;

  constructor(keeps: (item: Item) => boolean, timeOf: (item: Item) => number) {
    this.#keeps = keeps;
    this.#timeOf = timeOf;
  }

  read(): readonly Item[] {
    this.#isRead = true;
    return this.#items;
  }

  change(allGone: readonly Item[], allCome: readonly Item[]): void {
    const [gone, come] = [allGone.filter(this.#keeps), allCome.filter(this.#keeps)];
    const count = gone.length + come.length;
    if (count === 0) return;
    if (count > ONE_BY_ONE_MAX) {
      const left = new Set(gone);
      this.#items = this.#items
        .filter((item) => !left.has(item))
        .concat(come)
        .sort(this.#compare);
    } else {
      if (this.#isRead) {
        // With room for what comes: an array that has none is copied once more.
        this.#items = this.#items.concat(come);
        this.#items.length -= come.length;
      }
      for (const item of gone) this.#items.splice(this.#placeOf(item), 1);
      for (const item of come) this.#items.splice(this.#placeOf(item), 0, item);
    }
    this.#isRead = false;
  }

  #placeOf(item: Item): number {
    return placeIn(this.#items, (other) => this.#compare(other, item) < 0);
  }

  readonly #compare = (a: Item, b: Item): number =>
    this.#timeOf(b) - this.#timeOf(a) || (a.contentId < b.contentId ? -1 : 1);
}
