import type { CuepointError } from '@cuepoint/core';

/** A caller who waits for a change to be durable. Settles once; what comes later is dropped. */
export class Submission<Outcome> {
  readonly promise: Promise<Outcome>;
  readonly enqueuedAtMs: number;
  #resolve!: (outcome: Outcome) => void;
  #reject!: (error: unknown) => void;
  #outcome: Outcome | undefined;
  #rowsOutstanding: number;
  #settled = false;
  readonly #combine: ((a: Outcome, b: Outcome) => Outcome) | undefined;

  /**
   * @param rows how many rows the change touches: the outcome is known with the last of them.
   * @param combine makes one outcome of two rows' outcomes; needed for more than one row.
   */
  constructor(enqueuedAtMs: number, rows = 1, combine?: (a: Outcome, b: Outcome) => Outcome) {
    this.enqueuedAtMs = enqueuedAtMs;
    this.#rowsOutstanding = rows;
    this.#combine = combine;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get settled(): boolean {
    return this.#settled;
  }

  settleRow(outcome: Outcome): void {
    this.#outcome =
      this.#outcome === undefined || this.#combine === undefined
        ? outcome
        : this.#combine(this.#outcome, outcome);
    this.#rowsOutstanding -= 1;
    if (this.#rowsOutstanding > 0 || this.#settled) return;
    this.#settled = true;
    this.#resolve(this.#outcome);
  }

  reject(error: CuepointError): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#reject(error);
  }
}
