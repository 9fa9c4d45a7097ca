import type { Op, ProgressOp } from '@cuepoint/core';

/** A write of a last-writer-wins register: the greatest of a part and a key is its value. [REG1] */
export type RegisterOp = ProgressOp;

/** What tells which part and key a change is of, stamped or not. */
export type Keyed = Pick<Op, 'kind' | 'contentId'>;

/** The part of the watch state that an op is of: `watchlist`, or `progress`. */
export function partOf({ kind }: Keyed): string {
  return kind.slice(0, kind.indexOf('.'));
}

/** What an op is about within its part. */
export function keyOf({ contentId = '' }: Keyed): string {
  return contentId;
}

export function isRegisterOp({ kind }: Keyed): boolean {
  return kind.startsWith('progress');
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
