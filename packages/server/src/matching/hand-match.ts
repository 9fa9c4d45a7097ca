import {
  CuepointError,
  factsOfWork,
  handKeysOf,
  nameOfPlay,
  PLAY_ID_NAMESPACE,
  placeWork,
  type JsonValue,
  type Work,
} from '@cuepoint/core';
import type { PlannedOp } from '@cuepoint/files';
import { LIST_LIMIT_MAX } from '@cuepoint/store';
import { v5 as uuidV5 } from 'uuid';
import { openWriter, type ImportDeps } from '../imports/run-import.ts';
import { writeOps } from '../imports/write-ops.ts';
import { setRegister } from '../writes/set-register.ts';
import { idOfKey, MATCH_REGISTER, readHandMatch, type HandMatch } from './hand-matches.ts';
import { readLibrary } from './read-library.ts';
import {
  listUnmatched,
  MATCHING_DEVICE,
  UNMATCHED_REGISTER,
  type StoredUnmatched,
  type UnmatchedDeps,
  type Waiting,
} from './unmatched-works.ts';

/** What the person matched, the first names first. */
export async function listHandMatches(
  { repository }: Pick<UnmatchedDeps, 'repository'>,
  userId: string,
): Promise<readonly HandMatch[]> {
  const found = new Map<string, HandMatch>();
  let after: string | undefined;
  do {
    const page = await repository.readRegisters(userId, {
      kind: MATCH_REGISTER,
      limit: LIST_LIMIT_MAX,
      ...(after === undefined ? {} : { after }),
    });
    for (const { value } of page.items) {
      const match = readHandMatch(value);
      if (match !== undefined) found.set(match.workId, match);
    }
    after = page.nextCursor;
  } while (after !== undefined);
  return [...found.values()];
}

/**
 * From now on everything that is told of the work counts for this content, and so does what waited for it: as of when it happened,
 * so that nothing that was said since is undone.
 *
 * @throws CuepointError `not_found` for no work that waits, `invalid_content` for a content of another kind.
 */
export async function matchByHand(
  deps: UnmatchedDeps,
  { userId, workId, contentId }: { userId: string; workId: string; contentId: string },
): Promise<{ readonly work: Work; readonly applied: number }> {
  const waiting = (await listUnmatched(deps, userId)).find((one) => one.workId === workId);
  const work = waiting?.work ?? (await findHandMatch(deps, userId, workId))?.work;
  if (work === undefined) throw new CuepointError('not_found', 'No such work waits.');
  const { describe } = await deps.repository.readContents(userId, [contentId]);
  const facts = describe.facts(describe.canonical(contentId));
  if (facts !== undefined && work.type !== undefined && facts.type !== work.type) {
    const message = `It is of the kind ${facts.type}, and what was told is of the kind ${work.type}.`;
    throw new CuepointError('invalid_content', message, { field: 'contentId' });
  }
  const match: HandMatch = { contentId, work, workId };
  for (const key of handKeysOf(work)) {
    await set(deps, userId, MATCH_REGISTER, idOfKey(key), match as unknown as JsonValue);
  }
  const ops = facts === undefined ? describingOps(contentId, work) : [];
  if (waiting === undefined) {
    await write(deps, userId, ops);
    return { work, applied: 0 };
  }
  const planned = await waitingOps(deps, userId, waiting);
  await write(deps, userId, [...ops, ...planned.ops]);
  // Last: what is cut short is tried again.
  await set(deps, userId, UNMATCHED_REGISTER, waiting.slot, null);
  return { work, applied: planned.applied };
}

/** What was counted by it stays. @throws CuepointError `not_found` */
export async function forgetHandMatch(
  deps: UnmatchedDeps,
  userId: string,
  workId: string,
): Promise<void> {
  const match = await findHandMatch(deps, userId, workId);
  if (match === undefined) throw new CuepointError('not_found', 'Nothing was matched so.');
  for (const key of handKeysOf(match.work)) {
    await set(deps, userId, MATCH_REGISTER, idOfKey(key), null);
  }
}

/** Takes a work off the list, and what waited for it. Told of again it comes back. @throws CuepointError `not_found` */
export async function dropUnmatched(
  deps: UnmatchedDeps,
  userId: string,
  workId: string,
): Promise<void> {
  const waiting = (await listUnmatched(deps, userId)).find((one) => one.workId === workId);
  if (waiting === undefined) throw new CuepointError('not_found', 'No such work waits.');
  await set(deps, userId, UNMATCHED_REGISTER, waiting.slot, null);
}

async function findHandMatch(
  { repository }: UnmatchedDeps,
  userId: string,
  workId: string,
): Promise<HandMatch | undefined> {
  const stored = await repository.readRegister(userId, MATCH_REGISTER, workId);
  return stored && readHandMatch(stored.value);
}

async function set(
  deps: UnmatchedDeps,
  userId: string,
  kind: string,
  key: string,
  value: JsonValue | null,
): Promise<void> {
  await setRegister(deps, { userId, deviceId: MATCHING_DEVICE, kind, key, value });
}

async function write(deps: UnmatchedDeps, userId: string, ops: readonly PlannedOp[]) {
  if (ops.length === 0) return;
  const { persistence, repository } = deps;
  const persistOp: ImportDeps['persistence']['persistOp'] = (user, op) =>
    persistence.persistOp(user, op);
  const writer = await openWriter({ ...deps, persistence: { persistOp, repository } }, userId);
  await writeOps(writer, ops, { userId, deviceId: MATCHING_DEVICE });
}

/** The least claim there is: whatever anybody says of the content beats it. */
const NO_TIME = { physical: 0, logical: 0 };

function describingOps(contentId: string, work: Work, seriesId?: string): PlannedOp[] {
  const facts = factsOfWork(work, seriesId);
  if (facts === undefined) return [];
  const value: JsonValue = { ...facts };
  return [{ kind: 'register.set', register: 'content', key: contentId, value, claim: NO_TIME }];
}

async function waitingOps(
  { repository }: UnmatchedDeps,
  userId: string,
  { work, source, waiting }: StoredUnmatched,
): Promise<{ readonly ops: readonly PlannedOp[]; readonly applied: number }> {
  const works = waiting.map((one) => toWork(work, one));
  const library = await readLibrary(repository, userId, works);
  const ops: PlannedOp[] = [];
  let applied = 0;
  for (const [index, one] of waiting.entries()) {
    const told = works[index];
    const placed = told && placeWork(told, library);
    // An episode that the series does not have waits no longer: it is told of again, by itself.
    if (told === undefined || placed === undefined || placed === 'ambiguous') continue;
    const { contentId } = placed;
    if (library.facts(contentId) === undefined) {
      const series = library.match({ type: 'series', ids: {}, ...told.series });
      const seriesId =
        series === undefined || series === 'ambiguous' ? undefined : series.contentId;
      ops.push(...describingOps(contentId, told, told.type === 'episode' ? seriesId : undefined));
    }
    ops.push(...opsOfReport(contentId, one, source));
    applied += 1;
  }
  return { ops, applied };
}

/** A report of an episode waits at its series. */
function toWork(work: Work, { season, episode, title }: Waiting): Work {
  if (work.type !== 'series' || season === undefined || episode === undefined) return work;
  const { type: _series, ...series } = work;
  return {
    type: 'episode',
    ids: {},
    series,
    season,
    episode,
    ...(title === undefined ? {} : { title }),
  };
}

function opsOfReport(contentId: string, report: Waiting, source: string): PlannedOp[] {
  const { atMs } = report;
  const claim = { physical: Math.max(0, Math.floor(atMs)), logical: 0 };
  if (report.kind === 'place') {
    const { positionSeconds, durationSeconds } = report;
    const position = { positionSeconds, durationSeconds, state: 'paused' as const };
    return [{ kind: 'progress.set', contentId, ...position, claim }];
  }
  const at = new Date(claim.physical).toISOString();
  const name = nameOfPlay(contentId, report.playbackId ?? `${MATCHING_DEVICE} ${claim.physical}`);
  const playId = uuidV5(name, PLAY_ID_NAMESPACE);
  return [
    { kind: 'play.add', contentId, playId, watchedAt: at, source },
    { kind: 'register.set', register: 'watched', key: contentId, value: { at }, claim },
  ];
}
