import { nameIdOf, placeWork, seriesOf, type Match, type Work } from '@cuepoint/core';
import type { FileReading, LineReading, Reading } from '../reading.ts';
import { UNKNOWN, type ImportRecord, type When } from '../record.ts';
import { dateOf } from './claims.ts';
import { currentId, datedPlayId, ownPlayId } from './play-ids.ts';
import type { Known, Outcome, Plan, PlannedLine, PlannedOp } from './planned.ts';
import { planPlays } from './plan-plays.ts';
import { RegisterPlan } from './plan-registers.ts';
import { completedSessions } from './sessions.ts';
import { createTurns } from '../turns.ts';

export interface PlanOptions {
  /** Whose own ids plays have: of one source they are one, across imports. [IMP3] */
  readonly source: string;
  /** IANA name of the person's zone, in which an instant is on a day. */
  readonly zone?: string;
  /**
   * What becomes of works that no id and no name matches: they are shown, or kept under their name, which an alias can join
   * to a content later.
   */
  readonly unmatched?: 'show' | 'keep';
}

type TakenLine = Extract<LineReading, { readonly fate: 'taken' }>;

/** One record of a line, of a content that is known or comes to be. */
interface Placed {
  readonly record: ImportRecord;
  /** Where its outcome goes. */
  readonly settle: (outcome: Outcome) => void;
}

/** The first of these that a record has is the outcome of its line. */
const OUTCOMES_BY_WEIGHT: readonly Outcome[] = [
  'added',
  'changed',
  'ambiguous',
  'unmatched',
  'not_kept',
  'no_viewing',
  'already_there',
];

/**
 * What an import would change, and what becomes of each of its lines: the dry run and the import are one. Nothing is ever
 * removed because a file does not name it. [IMP1] [IMP3]
 */
export async function planImport(
  readings: Iterable<Reading>,
  known: Known,
  options: PlanOptions,
): Promise<Plan> {
  const skipped: Plan['skipped'][number][] = [];
  const files: FileReading[] = [];
  const taken: { readonly reading: TakenLine; readonly outcomes: Outcome[] }[] = [];
  const registers = new RegisterPlan(known);
  const placedByContent = new Map<string, Placed[]>();
  const placer = createPlacer(known, registers, options);
  const turn = createTurns();

  for (const reading of readings) {
    await turn();
    if (reading.kind === 'file') files.push(reading);
    else if (reading.fate !== 'taken') skipped.push(reading);
    else {
      const outcomes: Outcome[] = [];
      const settle = (outcome: Outcome) => void outcomes.push(outcome);
      taken.push({ reading, outcomes });
      for (const record of reading.records) {
        const place = placer(record.work);
        if (typeof place === 'string') settle(place);
        else {
          const { contentId, groupId } = place;
          const outcome = registers.take(contentId, groupId, record.says);
          if (outcome !== undefined) settle(outcome);
          else {
            const placed = placedByContent.get(contentId) ?? [];
            placedByContent.set(contentId, placed);
            placed.push({ record, settle });
          }
        }
      }
    }
  }

  const plays: PlannedOp[] = [];
  for (const [contentId, placed] of placedByContent) {
    await turn();
    plays.push(...viewingOps(contentId, placed, { known, registers, options }));
  }
  const lines = taken.map(({ reading, outcomes }) => plannedLine(reading, outcomes));
  return { lines, skipped, files, ops: [...registers.ops(), ...plays] };
}

type Place = { readonly contentId: string; readonly groupId: string } | Outcome;

/** Finds the content of a work, and describes it where nothing was known of it. */
function createPlacer(known: Known, registers: RegisterPlan, { unmatched }: PlanOptions) {
  const match = (work: Work): Match => {
    const placed = placeWork(work, known.library);
    const kept = placed === undefined && unmatched === 'keep' ? nameIdOf(work) : undefined;
    return kept === undefined ? placed : { contentId: kept };
  };
  const idOf = (work: Work | undefined): string | undefined => {
    const found = work && match(work);
    return found === 'ambiguous' ? undefined : found?.contentId;
  };
  return (work: Work): Place => {
    if (work.type === 'season') return 'not_kept';
    const placed = match(work);
    if (placed === 'ambiguous') return placed;
    if (placed === undefined) return 'unmatched';
    const { contentId } = placed;
    const series = seriesOf(work);
    const seriesId = known.library.facts(contentId)?.seriesId ?? idOf(series);
    if (seriesId !== undefined && series !== undefined)
      registers.describe(seriesId, series, undefined);
    registers.describe(contentId, work, seriesId);
    return { contentId, groupId: seriesId ?? contentId };
  };
}

interface Viewed {
  readonly known: Known;
  readonly registers: RegisterPlan;
  readonly options: PlanOptions;
}

/** The plays of one content, and that it was seen. */
function viewingOps(
  contentId: string,
  placed: readonly Placed[],
  { known, registers, options: { source, zone } }: Viewed,
): readonly PlannedOp[] {
  const told = tellings(contentId, placed, source, known);
  if (told.dated.size === 0 && told.atLeast === 0) return [];
  const dated = [...told.dated].map(([playId, { watchedAt }]) => ({
    playId,
    contentId,
    watchedAt,
    source,
  }));
  const plan = planPlays({ contentId, dated, atLeast: told.atLeast }, known, zone);
  for (const [playId, { settles }] of told.dated) {
    const [first, ...again] = settles;
    first?.(plan.added.has(playId) ? 'added' : 'already_there');
    for (const settle of again) settle('already_there');
  }
  for (const settle of told.undated) settle(plan.counted > 0 ? 'added' : 'already_there');
  registers.watched(contentId, latestOf(dated.map(({ watchedAt }) => watchedAt)));
  return plan.ops;
}

function latestOf(dates: readonly string[]): When {
  const latest = dates.toSorted().at(-1);
  if (latest === undefined) return UNKNOWN;
  return latest.includes('T')
    ? { precision: 'instant', at: latest }
    : { precision: 'day', day: latest };
}

interface Tellings {
  readonly dated: ReadonlyMap<
    string,
    { readonly watchedAt: string; readonly settles: Placed['settle'][] }
  >;
  readonly undated: readonly Placed['settle'][];
  readonly atLeast: number;
}

/** What a source tells of the viewings of one content. */
function tellings(
  contentId: string,
  placed: readonly Placed[],
  source: string,
  known: Known,
): Tellings {
  const dated = new Map<
    string,
    { readonly watchedAt: string; readonly settles: Placed['settle'][] }
  >();
  const undated: Placed['settle'][] = [];
  const ordinals = new Map<string, number>();
  let [counted, nameless] = [0, 0];
  const tell = (watchedAt: string, sourceId: string | undefined, settle: Placed['settle']) => {
    const ordinal = watchedAt.includes('T') ? 1 : (ordinals.get(watchedAt) ?? 0) + 1;
    if (sourceId === undefined) ordinals.set(watchedAt, ordinal);
    const ownId =
      sourceId === undefined
        ? datedPlayId(source, contentId, { date: watchedAt, ordinal })
        : ownPlayId(source, sourceId);
    const playId = currentId(ownId, known.isUndone);
    const there = dated.get(playId);
    if (there === undefined) dated.set(playId, { watchedAt, settles: [settle] });
    else there.settles.push(settle);
  };
  const sessions: {
    readonly when: When;
    readonly playedSeconds: number;
    readonly settle: Placed['settle'];
  }[] = [];
  for (const { record, settle } of placed) {
    const { says } = record;
    if (says.kind === 'play') {
      const date = dateOf(says.when);
      if (date === undefined) {
        nameless += 1;
        undated.push(settle);
      } else tell(date, says.sourceId, settle);
    } else if (says.kind === 'count') {
      counted = Math.max(counted, says.atLeast);
      undated.push(settle);
    } else if (says.kind === 'session') sessions.push({ ...says, settle });
  }
  const durationSeconds = known.library.facts(contentId)?.durationSeconds;
  for (const { when, settle, isCompleted } of completedSessions(sessions, durationSeconds)) {
    const date = dateOf(when);
    if (isCompleted && date !== undefined) tell(date, undefined, settle);
    else settle('no_viewing');
  }
  const atLeast = Math.max(counted, nameless > 0 ? dated.size + nameless : 0);
  return { dated, undated, atLeast };
}

function plannedLine(
  { file, line, records }: TakenLine,
  outcomes: readonly Outcome[],
): PlannedLine {
  const outcome = OUTCOMES_BY_WEIGHT.find((some) => outcomes.includes(some)) ?? 'already_there';
  const isUnknown = outcome === 'unmatched' || outcome === 'ambiguous';
  const work = records[0]?.work;
  return { file, line, outcome, ...(isUnknown && work !== undefined ? { work } : {}) };
}
