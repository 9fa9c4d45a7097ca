import type { Op, WireOp } from '@cuepoint/core';

/** Tells two writes apart whatever device id they go under: a removed device sends what it had under a new one. */
export function keyOfWire(op: WireOp): string {
  switch (op.kind) {
    case 'watchlist.add':
      return `add ${op.tag}`;
    case 'watchlist.remove':
      return `remove ${op.contentId} ${op.timestamp} ${[...op.tags].sort().join()}`;
    case 'progress.set':
      return `set ${op.contentId} ${op.timestamp} ${op.positionSeconds} ${op.state}`;
    case 'progress.clear':
      return `clear ${op.contentId} ${op.timestamp}`;
    case 'register.set':
      return `register ${op.register} ${op.key} ${op.timestamp} ${JSON.stringify(op.value)}`;
    case 'play.add':
      return `play ${op.playId}`;
    case 'play.remove':
      return `remove plays ${op.timestamp} ${[...op.playIds].sort().join()}`;
  }
}

/** Sorts as writes to one register do, up to the device that decides between equal ones. [CLM1] [HLC5] */
export function orderOf(op: WireOp): string {
  const claim = 'claim' in op ? op.claim : undefined;
  return `${claim ?? op.timestamp} ${op.timestamp}`;
}

/** What tells a register from every other: a content's position, or a kind and a key. [REG1] */
export function registerOf(op: Op | WireOp): string | undefined {
  switch (op.kind) {
    case 'progress.set':
    case 'progress.clear':
      return op.contentId;
    case 'register.set':
      return `${op.register}\n${op.key}`;
    case 'watchlist.add':
    case 'watchlist.remove':
    case 'play.add':
    case 'play.remove':
      return undefined;
  }
}

/** The same for each try of one write: without its stamp, and without what is dated by it. */
export function tryOf(op: WireOp): string {
  return op.kind === 'register.set'
    ? `register ${op.register} ${op.key} ${op.value === null}`
    : keyOfWire(op).replace(op.timestamp, '');
}

/** The same with its stamp: two that differ are two tries of one write. */
export function stampedKeyOf(op: WireOp): string {
  return `${keyOfWire(op)} ${orderOf(op)}`;
}
