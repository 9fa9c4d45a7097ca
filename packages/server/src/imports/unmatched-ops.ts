import type { Work, WorkLibrary } from '@cuepoint/core';
import type { PlannedLine, PlannedOp } from '@cuepoint/files';
import { workIdOf } from '../matching/hand-matches.ts';
import {
  freeSlot,
  readUnmatched,
  unitOf,
  UNMATCHED_REGISTER,
  UNMATCHED_WORKS_MAX,
  valueOf,
  withReport,
  type StoredUnmatched,
} from '../matching/unmatched-works.ts';
import type { StoredPerson } from './stored-person.ts';

/** Shows the person what the lines of a file call works that were not recognised; matched, the same file is imported again. */
export function unmatchedOps(
  lines: readonly PlannedLine[],
  { registers }: StoredPerson,
  { library, source, nowMs }: { library: WorkLibrary; source: string; nowMs: number },
): readonly PlannedOp[] {
  const stored: StoredUnmatched[] = [...registers.values()].flatMap(({ register, key, value }) =>
    register === UNMATCHED_REGISTER ? (readUnmatched(key, value) ?? []) : [],
  );
  const known = new Set(stored.map(({ workId }) => workId));
  const ops: PlannedOp[] = [];
  for (const work of worksOf(lines)) {
    // What is on the list for another reason stays there: a file of a thousand home videos puts none of it out.
    if (stored.length >= UNMATCHED_WORKS_MAX) break;
    const unit = unitOf(library, work);
    const workId = unit && workIdOf(unit.work);
    if (unit === undefined || workId === undefined || known.has(workId)) continue;
    const unmatched = withReport(undefined, { ...unit, workId }, { source }, work, nowMs);
    const value = valueOf(unmatched);
    if (value === undefined) continue;
    const slot = freeSlot(stored);
    known.add(workId);
    stored.push({ slot, ...unmatched });
    ops.push({ kind: 'register.set', register: UNMATCHED_REGISTER, key: slot, value });
  }
  return ops;
}

function worksOf(lines: readonly PlannedLine[]): Work[] {
  return lines.flatMap(({ work }) => work ?? []);
}
