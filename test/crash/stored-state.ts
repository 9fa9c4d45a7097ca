import type { WireOp } from '@cuepoint/core';

interface Tag {
  readonly contentId: string;
  readonly isRemoved: boolean;
}

export interface Register {
  /** Of an act its timestamp. [CLM2] */
  readonly claim: string;
  readonly timestamp: string;
  readonly deviceId: string;
  /** `undefined`: cleared. */
  readonly position: string | undefined;
}

/** The watch state of one user, as the database or a device has it. */
export interface StoredState {
  readonly tags: ReadonlyMap<string, Tag>;
  readonly registers: ReadonlyMap<string, Register>;
}

/** A fold of its own, in any order: what the harness expects must not come out of the product's merge. */
export function foldOps(ops: Iterable<WireOp>): StoredState {
  const tags = new Map<string, Tag>();
  const registers = new Map<string, Register>();
  for (const op of ops) {
    const { contentId } = op;
    if (contentId === undefined || op.kind === 'play.add') continue;
    if (op.kind === 'watchlist.add') {
      const isRemoved = tags.get(op.tag)?.isRemoved ?? false;
      tags.set(op.tag, { contentId, isRemoved });
    } else if (op.kind === 'watchlist.remove') {
      for (const tag of op.tags) tags.set(tag, { contentId, isRemoved: true });
    } else {
      const register = registerOf(op);
      const before = registers.get(contentId);
      if (before === undefined || compareRegisters(before, register) < 0) {
        registers.set(contentId, register);
      }
    }
  }
  return { tags, registers };
}

/** Without what was removed: of that one side may have collected what the other still remembers. */
export function liveOf({ tags, registers }: StoredState): StoredState {
  return { tags: new Map([...tags].filter(([, { isRemoved }]) => !isRemoved)), registers };
}

export function registerOf(op: WireOp & { kind: 'progress.set' | 'progress.clear' }): Register {
  const { timestamp, deviceId = '' } = op;
  const position = op.kind === 'progress.clear' ? undefined : positionOf(op);
  const claim = (op.kind === 'progress.clear' ? undefined : op.claim) ?? timestamp;
  return { claim, timestamp, deviceId, position };
}

export function positionOf({
  positionSeconds,
  durationSeconds,
  state,
}: {
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  readonly state: string;
}): string {
  return `${positionSeconds}/${durationSeconds} ${state}`;
}

/** By stamp: the text form sorts as the timestamps do, device ids by code unit. [CLM1] [HLC5] [HLC6] */
export function compareRegisters(a: Register, b: Register): number {
  if (a.claim !== b.claim) return a.claim < b.claim ? -1 : 1;
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp ? -1 : 1;
  if (a.deviceId === b.deviceId) return 0;
  return a.deviceId < b.deviceId ? -1 : 1;
}

/** Everything that is known, tombstones included, as lines that compare. */
export function linesOf({ tags, registers }: StoredState): readonly string[] {
  const tagLines = [...tags].map(
    ([tag, { contentId, isRemoved }]) =>
      `tag ${tag} of ${contentId} ${isRemoved ? 'removed' : 'live'}`,
  );
  const registerLines = [...registers].map(
    ([contentId, register]) => `register ${registerKey(contentId, register)}`,
  );
  return [...tagLines, ...registerLines].sort();
}

/** A write to a register, whole: two that differ in anything differ. The claim of an act is left out. */
export function registerKey(
  contentId: string,
  { claim, timestamp, deviceId, position }: Register,
): string {
  const stamp = claim === timestamp ? timestamp : `${claim} ${timestamp}`;
  return `${contentId} ${stamp} ${deviceId} ${position ?? 'cleared'}`;
}

/** What a person sees: the list, and where they are in what. */
export function shownLinesOf({ tags, registers }: StoredState): readonly string[] {
  const films = new Set<string>();
  for (const { contentId, isRemoved } of tags.values()) if (!isRemoved) films.add(contentId);
  const positions: string[] = [];
  for (const [contentId, { position }] of registers) {
    if (position !== undefined) positions.push(progressLine(contentId, position));
  }
  return [...[...films].map(filmLine), ...positions].sort();
}

export function filmLine(contentId: string): string {
  return `film ${contentId}`;
}

export function progressLine(contentId: string, position: string): string {
  return `progress ${contentId} ${position}`;
}

/** Up to `max` lines that only one of the two has. */
export function differencesOf(
  a: readonly string[],
  b: readonly string[],
  max = 4,
): readonly string[] {
  const [inA, inB] = [new Set(a), new Set(b)];
  return [
    ...a.filter((line) => !inB.has(line)).map((line) => `- ${line}`),
    ...b.filter((line) => !inA.has(line)).map((line) => `+ ${line}`),
  ].slice(0, max);
}
