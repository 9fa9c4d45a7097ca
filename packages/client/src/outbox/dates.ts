import { msToDate, timestampToText, type Op } from '@cuepoint/core';

/** A change that happened as it was made: a play, a date in a register, a pass that begins. [PLY2] @param ms by the service's clock */
export function withDate(op: Op, ms: number): Op {
  const at = msToDate(ms);
  if (op.kind === 'play.add') return { ...op, watchedAt: at };
  if (op.kind !== 'register.set') return op;
  if (op.register === 'rewatch') return { ...op, value: { since: timestampToText(op.timestamp) } };
  return /^(watched|place)$/.test(op.register)
    ? { ...op, value: { ...(op.value as object), at } }
    : op;
}
