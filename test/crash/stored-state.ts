import type { WireOp } from '@cuepoint/core';
import { stableStringify } from '../../packages/core/src/testing/stable-stringify.ts';

export interface Tag {
  /** Of a play of which only a removal has arrived nobody knows it: ''. */
  readonly contentId: string;
  readonly isRemoved: boolean;
  /** A play of the history, which no device keeps. */
  readonly isPlay?: true;
}

export interface Register {
  /** Of an act its timestamp. [CLM2] */
  readonly claim: string;
  readonly timestamp: string;
  readonly deviceId: string;
  /** Or the value, as JSON, of a register of another kind. `undefined`: cleared. */
  readonly position: string | undefined;
}

/** The watch state of one user, as the database or a device has it. */
export interface StoredState {
  readonly tags: ReadonlyMap<string, Tag>;
  /** By {@link registerIdOf}. */
  readonly registers: ReadonlyMap<string, Register>;
}

type RegisterOp = Extract<WireOp, { kind: 'progress.set' | 'progress.clear' | 'register.set' }>;

export function isRegisterOp(op: WireOp): op is RegisterOp {
  return op.kind.startsWith('progress') || op.kind === 'register.set';
}

/** What tells a register from the others of its user: progress by its content. */
export function registerIdOf(op: RegisterOp): string {
  return op.kind === 'register.set' ? `${op.register}\n${op.key}` : op.contentId;
}

/** A fold of its own, in any order: what the harness expects must not come out of the product's merge. */
export function foldOps(ops: Iterable<WireOp>): StoredState {
  const tags = new Map<string, Tag>();
  const registers = new Map<string, Register>();
  for (const op of ops) {
    if (op.kind === 'watchlist.add') {
      const { contentId } = op;
      const isRemoved = tags.get(op.tag)?.isRemoved ?? false;
      tags.set(op.tag, { contentId, isRemoved });
    } else if (op.kind === 'watchlist.remove') {
      const { contentId } = op;
      for (const tag of op.tags) tags.set(tag, { contentId, isRemoved: true });
    } else if (isRegisterOp(op)) {
      const register = registerOf(op);
      const before = registers.get(registerIdOf(op));
      if (before === undefined || compareRegisters(before, register) < 0) {
        registers.set(registerIdOf(op), register);
      }
    }
  }
  return { tags, registers };
}

/** Without what was removed: of that one side may have collected what the other still remembers. */
export function liveOf({ tags, registers }: StoredState): StoredState {
  return { tags: new Map([...tags].filter(([, { isRemoved }]) => !isRemoved)), registers };
}

/** What a device keeps of it. */
export function keptOf({ tags, registers }: StoredState): StoredState {
  return { tags: new Map([...tags].filter(([, { isPlay }]) => isPlay !== true)), registers };
}

export function registerOf(op: RegisterOp): Register {
  const { timestamp, deviceId = '' } = op;
  if (op.kind === 'register.set') {
    const { claim = timestamp, value } = op;
    return { claim, timestamp, deviceId, position: valueOf(value) };
  }
  const position = op.kind === 'progress.clear' ? undefined : positionOf(op);
  const claim = (op.kind === 'progress.clear' ? undefined : op.claim) ?? timestamp;
  return { claim, timestamp, deviceId, position };
}

/** The order of fields says nothing. */
export function valueOf(value: unknown): string | undefined {
  return value === null ? undefined : stableStringify(value);
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
    ([tag, { contentId, isRemoved, isPlay }]) =>
      `${isPlay === true ? 'play' : 'tag'} ${tag} of ${contentId} ${isRemoved ? 'removed' : 'live'}`,
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
  for (const { contentId, isRemoved, isPlay } of tags.values()) {
    if (!isRemoved && isPlay !== true) films.add(contentId);
  }
  const positions: string[] = [];
  for (const [contentId, { position }] of registers) {
    if (position !== undefined && !contentId.includes('\n'))
      positions.push(progressLine(contentId, position));
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
