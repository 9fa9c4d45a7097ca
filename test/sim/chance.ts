import { createRandom } from '../support/random.ts';

/** Chance of one part of a run: what the others draw does not change it. */
export interface Chance {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** A UUID, lower case, drawn from this chance. */
  readonly uuid: () => string;
  /** Uniform in [from, to), in ms with fractions. */
  between(from: number, to: number): number;
  /** A whole number in [0, count). */
  below(count: number): number;
  isLucky(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** A chance of its own for a part with this name. */
  of(name: string): Chance;
}

export function createChance(seed: number, name = ''): Chance {
  const random = createRandom(mixed(seed, name));
  const below = (count: number) => Math.floor(random() * count);
  return {
    random,
    uuid() {
      const hex = (digits: number) =>
        Array.from({ length: digits }, () => below(16).toString(16)).join('');
      return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
    },
    between: (from, to) => from + random() * (to - from),
    below,
    isLucky: (probability) => random() < probability,
    pick<Item>(items: readonly Item[]): Item {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    of: (part) => createChance(seed, `${name}/${part}`),
  };
}

/** Source: the hash of Fowler, Noll and Vo, 32 bits, 1a. */
function mixed(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}
