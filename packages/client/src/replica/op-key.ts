import type { Op, ProgressOp, RegisterSetOp } from '@cuepoint/core';

/** A write of a last-writer-wins register: the greatest of a part and a key is its value. [REG1] */
export type RegisterOp = ProgressOp | RegisterSetOp;

type Unstamped<Kind> = Kind extends unknown ? Omit<Kind, 'timestamp' | 'deviceId'> : never;
/** A change, stamped or not. */
export type Keyed = Unstamped<Op>;

/** The part of the watch state that an op is of: `watchlist`, `progress`, `play`, or a kind of registers. */
export function partOf(op: Keyed): string {
  return op.kind === 'register.set' ? op.register : op.kind.slice(0, op.kind.indexOf('.'));
}

/** What an op is about within its part. A removal of plays names no content. */
export function keyOf(op: Keyed): string {
  if (op.kind === 'register.set') return op.key;
  return op.kind === 'play.remove' ? '' : op.contentId;
}

/** Plays are of no replica, and watchlists have tags. */
export function isRegisterOp({ kind }: Keyed): boolean {
  return /^(progress|register)/.test(kind);
}

/** What is kept of a part, made where there is nothing yet. */
export function within<Value>(
  byPart: Map<string, Value>,
  part: string,
  create: new () => Value,
): Value {
  const there = byPart.get(part) ?? new create();
  byPart.set(part, there);
  return there;
}
