import {
  factsOfWork,
  placeWork,
  seriesOf,
  type JsonValue,
  type SeriesName,
  type WaitingReport,
  type Work,
  type WorkLibrary,
} from '@cuepoint/core';
import { setRegister, type RegisterDeps } from '../writes/set-register.ts';
import { isWork, workIdOf } from './hand-matches.ts';
import { readLibrary } from './read-library.ts';

/** Works of a person that were not recognised: as many registers, and never more. */
export const UNMATCHED_REGISTER = 'x-cuepoint-unmatched';
export const UNMATCHED_WORKS_MAX = 100;
/** Bytes of one, so that all together are little for a device that keeps them. */
const UNMATCHED_BYTES_MAX = 2_000;
/** Reports of one work that wait for it. */
const WAITING_MAX = 20;
/** A work that is told of again and again is written so seldom. */
const REFRESH_MS = 60 * 60_000;
/** The writer of what is said of works by the service. */
export const MATCHING_DEVICE = 'cuepoint.matching';

export type UnmatchedDeps = RegisterDeps;

/** What waits, and of which episode where the work is a series. */
export type Waiting = WaitingReport & {
  readonly season?: number;
  readonly episode?: number;
  readonly title?: string;
};

export interface UnmatchedWork {
  /** Stable, of the work's name. */
  readonly workId: string;
  /** A series where it is the series of an episode that was not recognised. */
  readonly work: Work;
  readonly reason: 'unknown' | 'ambiguous';
  readonly source: string;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly waiting: readonly Waiting[];
}

export interface StoredUnmatched extends UnmatchedWork {
  /** The key of its register. */
  readonly slot: string;
}

/** The last reported first. */
export async function listUnmatched(
  { repository }: Pick<UnmatchedDeps, 'repository'>,
  userId: string,
): Promise<readonly StoredUnmatched[]> {
  const request = { kind: UNMATCHED_REGISTER, limit: UNMATCHED_WORKS_MAX };
  const { items } = await repository.readRegisters(userId, request);
  return items
    .flatMap(({ key, value }) => readUnmatched(key, value) ?? [])
    .toSorted((a, b) => b.lastAtMs - a.lastAtMs);
}

/** @throws CuepointError as a register does. */
export async function keepUnmatched(
  deps: UnmatchedDeps,
  userId: string,
  work: Work,
  report: { readonly source: string; readonly waiting?: WaitingReport },
): Promise<void> {
  await inTurn(userId, async () => {
    const unit = unitOf(await readLibrary(deps.repository, userId, [work]), work);
    if (unit === undefined) return;
    const workId = workIdOf(unit.work);
    if (workId === undefined) return;
    const stored = await listUnmatched(deps, userId);
    const there = stored.find((one) => one.workId === workId);
    const nowMs = deps.now();
    const next = withReport(there, { ...unit, workId }, report, work, nowMs);
    if (there !== undefined && isSame(there, next) && nowMs - there.lastAtMs < REFRESH_MS) return;
    await writeUnmatched(deps, userId, there?.slot ?? freeSlot(stored), next);
  });
}

/** What the person is asked: a series once, and not each of its episodes. Undefined for what is recognised by now. */
export function unitOf(
  library: WorkLibrary,
  work: Work,
): Pick<UnmatchedWork, 'work' | 'reason'> | undefined {
  const found = placeWork(work, library);
  if (found !== undefined && found !== 'ambiguous') return undefined;
  const series = work.type === 'episode' ? seriesOf(work) : undefined;
  const ofSeries = series && placeWork(series, library);
  const reason = found ?? 'unknown';
  return series !== undefined && (ofSeries === undefined || ofSeries === 'ambiguous')
    ? { work: withinBounds(series), reason: ofSeries ?? 'unknown' }
    : { work: withinBounds(work), reason };
}

/** Titles as long as a content's at most. */
function withinBounds({ series, ...work }: Work): Work {
  const { title } = factsOfWork(work) ?? {};
  const { title: seriesTitle } = (series && factsOfWork({ type: 'series', ...series })) ?? {};
  const { title: _long, ...rest } = work;
  const named: SeriesName | undefined = series && {
    ids: series.ids,
    ...(seriesTitle === undefined ? {} : { title: seriesTitle }),
    ...(series.year === undefined ? {} : { year: series.year }),
  };
  return {
    ...rest,
    ...(title === undefined ? {} : { title }),
    ...(named === undefined ? {} : { series: named }),
  };
}

export function withReport(
  there: UnmatchedWork | undefined,
  unit: Pick<UnmatchedWork, 'work' | 'reason' | 'workId'>,
  { source, waiting }: { readonly source: string; readonly waiting?: WaitingReport },
  { season, episode, title }: Work,
  nowMs: number,
): UnmatchedWork {
  const ofEpisode = unit.work.type === 'series' && season !== undefined && episode !== undefined;
  const added: Waiting | undefined = waiting && {
    ...waiting,
    ...(ofEpisode ? { season, episode, ...(title === undefined ? {} : { title }) } : {}),
  };
  const before = there?.waiting ?? [];
  const others = added === undefined ? before : before.filter((one) => !isReplaced(one, added));
  return {
    ...unit,
    source,
    firstAtMs: there?.firstAtMs ?? nowMs,
    lastAtMs: nowMs,
    waiting: (added === undefined ? others : [...others, added]).slice(-WAITING_MAX),
  };
}

/** Of one episode one place, and one viewing of each playback. */
function isReplaced(one: Waiting, by: Waiting): boolean {
  if (one.kind !== by.kind || one.season !== by.season || one.episode !== by.episode) return false;
  if (one.kind === 'place' || by.kind === 'place') return true;
  return one.playbackId === undefined ? one.atMs === by.atMs : one.playbackId === by.playbackId;
}

function isSame(there: UnmatchedWork, next: UnmatchedWork): boolean {
  const said = ({ reason, source, waiting }: UnmatchedWork) =>
    JSON.stringify([reason, source, waiting]);
  return said(there) === said(next);
}

/** One that is free, else that of the work that nobody told of for the longest time. */
export function freeSlot(stored: readonly StoredUnmatched[]): string {
  const taken = new Set(stored.map(({ slot }) => slot));
  for (let number = 1; number <= UNMATCHED_WORKS_MAX; number += 1) {
    const slot = String(number).padStart(3, '0');
    if (!taken.has(slot)) return slot;
  }
  return stored.at(-1)?.slot ?? '001';
}

async function writeUnmatched(
  deps: UnmatchedDeps,
  userId: string,
  slot: string,
  work: UnmatchedWork,
): Promise<void> {
  const value = valueOf(work);
  if (value === undefined) return;
  await setRegister(deps, {
    userId,
    deviceId: MATCHING_DEVICE,
    kind: UNMATCHED_REGISTER,
    key: slot,
    value,
  });
}

/** What is stored of it: the oldest of what waits makes room. Undefined for what has no room even so. */
export function valueOf(work: UnmatchedWork): JsonValue | undefined {
  let dropped = 0;
  const left = () => ({ ...work, waiting: work.waiting.slice(dropped) });
  while (Buffer.byteLength(JSON.stringify(left())) > UNMATCHED_BYTES_MAX) {
    if (dropped === work.waiting.length) return undefined;
    dropped += 1;
  }
  return left() as unknown as JsonValue;
}

/** Undefined for what somebody else wrote under that kind. */
export function readUnmatched(slot: string, value: JsonValue | null): StoredUnmatched | undefined {
  const { work, workId, waiting, firstAtMs, lastAtMs } = (value ?? {}) as Partial<
    Record<keyof UnmatchedWork, unknown>
  >;
  const isRead =
    isWork(work) &&
    typeof workId === 'string' &&
    typeof firstAtMs === 'number' &&
    typeof lastAtMs === 'number' &&
    Array.isArray(waiting);
  return isRead ? { slot, ...(value as unknown as UnmatchedWork) } : undefined;
}

const turnsByUser = new Map<string, Promise<void>>();

/** Two works at once would take one slot. Between instances one of them is lost, until it is told of again. */
async function inTurn(userId: string, work: () => Promise<void>): Promise<void> {
  const before = turnsByUser.get(userId);
  const turn = (before ?? Promise.resolve()).then(work, work);
  const settled = turn.catch(() => undefined);
  turnsByUser.set(userId, settled);
  try {
    await turn;
  } finally {
    if (turnsByUser.get(userId) === settled) turnsByUser.delete(userId);
  }
}
