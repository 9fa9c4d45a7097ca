import { compareStamps, type Stamp } from './stamp.ts';

/**
 * What a write met: `applied` (it is the winner now), `duplicate` (it already was), `superseded` (a
 * greater stamp is stored), `conflict` (the same stamp with another value: a stamp was used twice). [LWW3]
 */
export type WriteOutcome = 'applied' | 'duplicate' | 'superseded' | 'conflict';

/**
 * A last-writer-wins register: the write with the greatest stamp is its value. [LWW1]
 *
 * Source: Shapiro et al., "A comprehensive study of convergent and commutative replicated data
 * types", INRIA RR-7506, 2011, section 3.2. A clear is a write whose value says so. [LWW2]
 */
export class LWWRegister<T> {
  #value: T;
  #stamp: Stamp;
  readonly #equal: (a: T, b: T) => boolean;

  constructor(value: T, stamp: Stamp, equal: (a: T, b: T) => boolean = Object.is) {
    this.#value = value;
    this.#stamp = stamp;
    this.#equal = equal;
  }

  get value(): T {
    return this.#value;
  }

  get stamp(): Stamp {
    return this.#stamp;
  }

  write(value: T, stamp: Stamp): WriteOutcome {
    const order = compareStamps(stamp, this.#stamp);
    if (order < 0) return 'superseded';
    if (order === 0) return this.#equal(value, this.#value) ? 'duplicate' : 'conflict';
    this.#value = value;
    this.#stamp = stamp;
    return 'applied';
  }

  merge(other: LWWRegister<T>): WriteOutcome {
    return this.write(other.value, other.stamp);
  }
}
