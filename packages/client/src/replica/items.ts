import { placeIn } from '../place-in.ts';
import { isSame } from '../subscribable.ts';

export type Shown = { readonly contentId: string } | { readonly key: string };

export interface ItemsDeps<Item extends Shown> {
  /** Everything that may be shown. */
  readonly keys: () => Iterable<string>;
  readonly read: (key: string) => Item | undefined;
  /** Lists have the greatest first, and equal ones by key. */
  readonly timeOf: (item: Item) => number;
}

/**
 * What is shown of each key, and the list of it: the same array, of the same objects, until what it shows changes.
 *
 * Computed when it is read, and then only what is out of date: a change costs its own key, however many there are.
 */
export class Items<Item extends Shown> {
  readonly #deps: ItemsDeps<Item>;
  /** As it was read last. */
  readonly #items = new Map<string, Item>();
  readonly #stale = new Set<string>();
  /** Nothing is known to be as it was. */
  #isAllStale = true;
  /** As it was read last; never changed, since somebody may hold it. */
  #list: readonly Item[] | undefined;
  /** What changed since, as it is there. */
  readonly #before = new Map<string, Item | undefined>();

  constructor(deps: ItemsDeps<Item>) {
    this.#deps = deps;
  }

  /** @param keys `undefined`: of all. */
  expire(keys: Iterable<string> | undefined): void {
    if (keys === undefined) this.#isAllStale = true;
    else for (const key of keys) this.#stale.add(key);
  }

  get(key: string): Item | undefined {
    if (this.#isAllStale || this.#stale.delete(key)) this.#refresh([key]);
    return this.#items.get(key);
  }

  list(): readonly Item[] {
    const stale = this.#isAllStale
      ? new Set([...this.#items.keys(), ...this.#deps.keys()])
      : this.#stale;
    this.#isAllStale = false;
    if (stale.size > 0) this.#refresh(stale);
    this.#stale.clear();
    this.#list =
      this.#list === undefined
        ? [...this.#items.values()].sort(this.#compare)
        : this.#changed(this.#list);
    this.#before.clear();
    return this.#list;
  }

  #refresh(keys: Iterable<string>): void {
    for (const key of keys) {
      const before = this.#items.get(key);
      const item = this.#deps.read(key);
      if (item !== undefined && before !== undefined && isSame(before, item)) continue;
      if (item !== undefined) this.#items.set(key, item);
      else if (!this.#items.delete(key)) continue;
      if (this.#list !== undefined && !this.#before.has(key)) this.#before.set(key, before);
    }
  }

  /** One pass that copies, whatever changed: those that are gone and those that came are found by their places. */
  #changed(items: readonly Item[]): readonly Item[] {
    const edits: { readonly item: Item; readonly isGone: boolean }[] = [];
    let length = items.length;
    const add = (item: Item | undefined, isGone: boolean) => {
      if (item === undefined) return;
      edits.push({ item, isGone });
      length += isGone ? -1 : 1;
    };
    for (const [key, before] of this.#before) {
      add(before, true);
      add(this.#items.get(key), false);
    }
    if (edits.length === 0) return items;
    edits.sort((a, b) => this.#compare(a.item, b.item));
    // oxlint-disable-next-line unicorn/no-new-array -- of its length at once: one that grows is copied again and again
    const changed = new Array<Item>(length);
    let [from, to] = [0, 0];
    const copyUntil = (end: number) => {
      while (from < end) changed[to++] = items[from++] as Item;
    };
    for (const { item, isGone } of edits) {
      copyUntil(placeIn(items, (other) => this.#compare(other, item) < 0));
      if (isGone) from += 1;
      else changed[to++] = item;
    }
    copyUntil(items.length);
    return changed;
  }

  /** The greatest first; 0 for one key at one time alone. */
  readonly #compare = (a: Item, b: Item): number =>
    this.#deps.timeOf(b) - this.#deps.timeOf(a) ||
    Number(keyOf(a) > keyOf(b)) - Number(keyOf(a) < keyOf(b));
}

function keyOf(item: Shown): string {
  return 'key' in item ? item.key : item.contentId;
}
