import {
  CuepointError,
  registerId,
  textToTimestamp,
  type PlaybackPosition,
  type Timestamp,
} from '@cuepoint/core';
import { againId, type PlannedOp } from '@cuepoint/files';
import { importDevice, undoDevice } from './import-devices.ts';
import { IMPORT_REGISTER, logOp, readBefores, readImports, type Before } from './import-log.ts';
import { openWriter, type ImportDeps } from './run-import.ts';
import { readStoredPerson, type StoredPerson } from './stored-person.ts';
import { writeOps, type Written } from './write-ops.ts';

/** Ids in one removal. */
const PLAYS_PER_REMOVE = 1_000;

/**
 * Takes an import back: its plays and list entries are removed, and what it set is as it was before, unless somebody has
 * said something since. What it told of contents stays, since others may have come to use it. [IMP1]
 *
 * @throws CuepointError `not_found` for an import that there is not, `invalid_request` for one that was taken back.
 */
export async function undoImport(
  deps: ImportDeps,
  userId: string,
  importId: string,
): Promise<Written> {
  const person = await readStoredPerson(deps.persistence.repository, userId);
  const entry = readImports(person).find((one) => one.importId === importId);
  if (entry === undefined) {
    throw new CuepointError('not_found', `There is no import ${importId} of this user.`);
  }
  if (entry.state === 'undone') {
    throw new CuepointError('invalid_request', `The import ${importId} was taken back already.`);
  }
  const writer = await openWriter(deps, userId);
  const deviceId = undoDevice(importId);
  const written = await writeOps(writer, undoOps(person, importId), { userId, deviceId });
  await writeOps(writer, [logOp({ ...entry, state: 'undone' })], { userId, deviceId });
  return written;
}

function undoOps(person: StoredPerson, importId: string): PlannedOp[] {
  const deviceId = importDevice(importId);
  const befores = readBefores(importId, person);
  return [
    ...playOps(person, deviceId),
    ...listOps(person, deviceId),
    ...registerOps(person, deviceId, befores),
    ...positionOps(person, deviceId, befores),
  ];
}

function playOps({ plays }: StoredPerson, deviceId: string): PlannedOp[] {
  const gone: string[] = [];
  const back: PlannedOp[] = [];
  for (const { tag, contentId, added, removed, watchedAt, source } of plays.values()) {
    if (removed === null && added?.deviceId === deviceId) gone.push(tag);
    // It gave way to something that goes now. Removed is for good: it is told again under another id.
    if (removed?.deviceId !== deviceId || added === null || added.deviceId === deviceId) continue;
    if (plays.has(againId(tag))) continue;
    back.push({
      kind: 'play.add',
      contentId,
      playId: againId(tag),
      ...(watchedAt === undefined ? {} : { watchedAt }),
      ...(source === undefined ? {} : { source }),
    });
  }
  const removals = Array.from(
    { length: Math.ceil(gone.length / PLAYS_PER_REMOVE) },
    (_, page): PlannedOp => ({
      kind: 'play.remove',
      playIds: gone.slice(page * PLAYS_PER_REMOVE, (page + 1) * PLAYS_PER_REMOVE),
    }),
  );
  return [...removals, ...back];
}

function listOps({ tags }: StoredPerson, deviceId: string): PlannedOp[] {
  return [...tags.values()].flatMap(({ tag, contentId, added, removed }): PlannedOp[] =>
    removed === null && added?.deviceId === deviceId
      ? [{ kind: 'watchlist.remove', contentId, tags: [tag] }]
      : [],
  );
}

/** A claim of the same moment with a later stamp: it wins over the import, and over nothing that was said since. */
function registerOps(
  { registers }: StoredPerson,
  deviceId: string,
  befores: ReadonlyMap<string, Before>,
): PlannedOp[] {
  return [...registers.values()].flatMap(({ register, key, stamp }): PlannedOp[] => {
    if (stamp.deviceId !== deviceId || register === IMPORT_REGISTER || register === 'content')
      return [];
    const value = befores.get(registerId(register, key))?.value ?? null;
    return [{ kind: 'register.set', register, key, value, ...claimed(stamp.claim) }];
  });
}

function positionOps(
  { positions }: StoredPerson,
  deviceId: string,
  befores: ReadonlyMap<string, Before>,
): PlannedOp[] {
  return [...positions.values()].flatMap(({ contentId, stamp }): PlannedOp[] => {
    if (stamp.deviceId !== deviceId) return [];
    const before = befores.get(registerId('', contentId));
    if (before === undefined) return [{ kind: 'progress.clear', contentId }];
    const position = before.value as unknown as PlaybackPosition;
    const claim = stamp.claim ?? textToTimestamp(before.claim);
    return [{ kind: 'progress.set', contentId, ...position, ...claimed(claim) }];
  });
}

const claimed = (claim: Timestamp | undefined) => (claim === undefined ? {} : { claim });
