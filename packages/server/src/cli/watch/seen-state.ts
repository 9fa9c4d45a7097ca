import {
  createProgressRegister,
  foldRegister,
  ORSet,
  stampOf,
  type Op,
  type ProgressRegister,
  type RegisterSet,
} from '@cuepoint/core';

/** One user's state as far as it was told; it tells news from what was known. */
export class SeenState {
  readonly #watchlist = new ORSet();
  readonly #progress = new Map<string, ProgressRegister>();
  readonly #registers: RegisterSet = new Map();

  /** Folds an op in. @returns whether it changed anything. */
  fold(op: Op): boolean {
    switch (op.kind) {
      case 'watchlist.add':
        return this.#watchlist.add(op.contentId, op.tag, op) === 'applied';
      case 'watchlist.remove':
        return this.#watchlist.remove(op.contentId, op.tags, op) === 'applied';
      case 'progress.set':
      case 'progress.clear': {
        const { contentId } = op;
        const stamp = stampOf(op);
        const value = op.kind === 'progress.clear' ? null : positionOf(op);
        const register = this.#progress.get(contentId);
        if (register !== undefined) return register.write(value, stamp) === 'applied';
        this.#progress.set(contentId, createProgressRegister(value, stamp));
        return true;
      }
      case 'register.set':
        return foldRegister(this.#registers, op) === 'applied';
      case 'play.add':
      case 'play.remove':
        // Told once, as it happens, and no part of what a device keeps.
        return true;
    }
  }

  /** What a remove issued here and now names. [ORS2] */
  liveTags(contentId: string): readonly string[] {
    return this.#watchlist.liveTags(contentId);
  }

  /** Contents on the watchlist. */
  get watchlistSize(): number {
    return this.#watchlist.size;
  }

  /** Contents with a position. */
  get progressSize(): number {
    return [...this.#progress.values()].filter(({ value }) => value !== null).length;
  }
}

function positionOf({
  positionSeconds,
  durationSeconds,
  state,
}: Extract<Op, { kind: 'progress.set' }>) {
  return { positionSeconds, durationSeconds, state };
}
