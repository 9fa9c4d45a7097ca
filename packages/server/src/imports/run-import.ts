import {
  CuepointError,
  ZERO_TIMESTAMP,
  type AliasLink,
  type ByHand,
  type KnownContent,
  type Work,
} from '@cuepoint/core';
import { planImport, type Plan, type PlanOptions, type Reading } from '@cuepoint/files';
import { WORKS_PER_LOOK_MAX, type FoundWorks, type SyncRepository } from '@cuepoint/store';
import { importDevice } from './import-devices.ts';
import type { OpPersistence } from '../writes/write-deps.ts';
import { beforeOps, logOp, type ImportEntry } from './import-log.ts';
import { knownOf, readStoredPerson, saidByHand, type StoredPerson } from './stored-person.ts';
import { unmatchedOps } from './unmatched-ops.ts';
import { writeOps, type OpWriter, type Written } from './write-ops.ts';

/** Lines of one import. */
export const LINES_MAX = 500_000;
/** The floor is the user's, whatever the content. */
const ANY_CONTENT_ID = 'any';

export interface ImportDeps {
  readonly persistence: OpPersistence & { readonly repository: SyncRepository };
  readonly now: () => number;
  /** 8 hex digits of it name an import. */
  readonly randomUuid: () => string;
}

export interface PreparedImport {
  readonly plan: Plan;
  readonly person: StoredPerson;
}

/** The dry run: reads the file and what the person has, and writes nothing. [IMP1] */
export async function prepareImport(
  { persistence: { repository }, now }: ImportDeps,
  userId: string,
  { readings, ...options }: PlanOptions & { readonly readings: AsyncIterable<Reading> },
): Promise<PreparedImport> {
  const all: Reading[] = [];
  for await (const reading of readings) {
    all.push(reading);
    if (all.length > LINES_MAX) {
      throw new CuepointError('limit_exceeded', `An import has ${LINES_MAX} lines at most.`, {
        limit: { name: 'importLines', value: LINES_MAX },
      });
    }
  }
  const person = await readStoredPerson(repository, userId);
  const works = all.flatMap((reading) =>
    reading.kind === 'line' && reading.fate === 'taken'
      ? reading.records.map(({ work }) => work)
      : [],
  );
  const byHand = saidByHand(person.registers.values());
  const known = await knownOf(person, await readCatalogue(repository, userId, works, byHand));
  const plan = await planImport(all, known, options);
  const asked = unmatchedOps(plan.lines, person, {
    library: known.library,
    source: options.source,
    nowMs: now(),
  });
  return { plan: { ...plan, ops: [...plan.ops, ...asked] }, person };
}

/** What the catalogue has of the works of a file. Most services have none, and the person's own contents are read already. */
async function readCatalogue(
  repository: SyncRepository,
  userId: string,
  works: readonly Work[],
  byHand: ByHand,
): Promise<FoundWorks> {
  const found: { contents: KnownContent[]; links: AliasLink[] } = { contents: [], links: [] };
  if (!(await repository.hasCatalogue())) return found;
  for (let start = 0; start < works.length; start += WORKS_PER_LOOK_MAX) {
    const some = works.slice(start, start + WORKS_PER_LOOK_MAX);
    const { contents, links } = await repository.findWorks(userId, some, byHand);
    found.contents.push(...contents);
    found.links.push(...links);
  }
  return found;
}

export interface ImportRun {
  readonly userId: string;
  readonly source: string;
  readonly file: string;
  readonly onWritten?: (ops: number) => void;
}

/** Writes what was planned, as one operation that can be taken back. [IMP1] */
export async function runImport(
  deps: ImportDeps,
  { plan, person }: PreparedImport,
  { userId, source, file, onWritten }: ImportRun,
): Promise<{ readonly importId: string; readonly written: Written }> {
  const { now, randomUuid } = deps;
  const importId = `${source}.${randomUuid().slice(0, 8)}`;
  const deviceId = importDevice(importId);
  const writer = await openWriter(deps, userId);
  const entry: ImportEntry = {
    importId,
    source,
    file,
    at: new Date(now()).toISOString(),
    state: 'running',
    ops: plan.ops.length,
  };
  // Told before the first write: an import that is cut short can be taken back too.
  await writeOps(writer, [logOp(entry), ...beforeOps(importId, plan.ops, person)], {
    userId,
    deviceId,
  });
  const written = await writeOps(writer, plan.ops, {
    userId,
    deviceId,
    ...(onWritten === undefined ? {} : { onWritten }),
  });
  await writeOps(writer, [logOp({ ...entry, state: 'done' })], { userId, deviceId });
  return { importId, written };
}

export async function openWriter(
  { persistence, now }: ImportDeps,
  userId: string,
): Promise<OpWriter> {
  const { addFloor } = await persistence.repository.readWriteContext(userId, ANY_CONTENT_ID);
  return {
    persistOp: (user, op) => persistence.persistOp(user, op),
    now,
    floor: addFloor ?? ZERO_TIMESTAMP,
  };
}
