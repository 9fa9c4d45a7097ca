export { ArchiveError } from './archive.ts';
export { FILE_LIMITS, type FileLimits } from './limits.ts';
export type { DateOrder } from './numeric-date.ts';
export { createLibrary } from './plan/library.ts';
export { againId } from './plan/play-ids.ts';
export { planImport, type PlanOptions } from './plan/plan-import.ts';
export type {
  Known,
  KnownRegister,
  Outcome,
  Plan,
  PlannedLine,
  PlannedOp,
} from './plan/planned.ts';
export { stampOps } from './plan/stamp-ops.ts';
export { readImport, type ImportInput } from './read-import.ts';
export type {
  FileReading,
  FileReason,
  IgnoredReason,
  LineReading,
  Reading,
  UnreadableReason,
} from './reading.ts';
export type { ImportRecord, Statement, When } from './record.ts';
export type { ReadOptions } from './source.ts';
export { SOURCE_NAMES, type SourceName } from './sources/index.ts';
export { writeLetterboxdCsv } from './writers/letterboxd-csv.ts';
export { packFiles } from './writers/pack-files.ts';
export { writeTraktJson } from './writers/trakt-json.ts';
export type { Written, WrittenFile } from './writers/written.ts';
export { writeYamtrackCsv } from './writers/yamtrack-csv.ts';
