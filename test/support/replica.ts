import {
  createProgressRegister,
  createValueRegister,
  foldRegister,
  ORSet,
  stampOf,
  timestampToText,
  type Op,
  type PlaybackPosition,
  type ProgressRegister,
  type RegisterSet,
  type Stamp,
} from '@cuepoint/core';

/** A fold of ops: what any device, and the service, must come to from the same ops in any order. */
export class Replica {
  readonly watchlist = new ORSet();
  readonly progress = new Map<string, ProgressRegister>();
  readonly registers: RegisterSet = new Map();

  /** @returns whether the op changed anything that was not covered by greater news. */
  apply(op: Op): boolean {
    const stamp = stampOf(op);
    switch (op.kind) {
      case 'watchlist.add':
        return this.watchlist.add(op.contentId, op.tag, stamp) === 'applied';
      case 'watchlist.remove':
        return this.watchlist.remove(op.contentId, op.tags, stamp) === 'applied';
      case 'progress.set':
      case 'progress.clear': {
        const value =
          op.kind === 'progress.clear'
            ? null
            : {
                positionSeconds: op.positionSeconds,
                durationSeconds: op.durationSeconds,
                state: op.state,
              };
        return this.#write(op.contentId, value, stamp);
      }
      case 'register.set':
        return foldRegister(this.registers, op) === 'applied';
      case 'play.add':
      case 'play.remove':
        // No part of what a device keeps.
        return false;
    }
  }

  /** Folds all of another replica in; neither keeps a part of the other. */
  merge(other: Replica): void {
    this.watchlist.merge(other.watchlist);
    for (const [contentId, { value, stamp }] of other.progress) {
      this.#write(contentId, value, stamp);
    }
    for (const [id, register] of other.registers) {
      const own = this.registers.get(id);
      if (own !== undefined) own.merge(register);
      else this.registers.set(id, createValueRegister(register.value, register.stamp));
    }
  }

  /** Every tag with its fate and every register with its stamp, as lines that compare. */
  lines(): string[] {
    const tags = [...this.watchlist.entries()].map(({ tag, contentId, removed }) =>
      JSON.stringify(['tag', tag, contentId, removed === null ? 'live' : 'removed']),
    );
    const registers = [...this.progress].map(([contentId, { value, stamp }]) =>
      JSON.stringify([
        'register',
        contentId,
        value,
        timestampToText(stamp.timestamp),
        stamp.deviceId,
      ]),
    );
    const said = [...this.registers].map(([id, { value, stamp }]) =>
      JSON.stringify(['said', id, value, timestampToText(stamp.timestamp), stamp.deviceId]),
    );
    return [...tags, ...registers, ...said].sort();
  }

  #write(contentId: string, value: PlaybackPosition | null, stamp: Stamp): boolean {
    const register = this.progress.get(contentId);
    if (register !== undefined) return register.write(value, stamp) === 'applied';
    this.progress.set(contentId, createProgressRegister(value, stamp));
    return true;
  }
}
