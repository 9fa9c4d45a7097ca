import type { ImportRecord } from './record.ts';

/** Why a line was left out: it holds nothing that is kept here, and that is no fault. */
export type IgnoredReason =
  | 'not_watched'
  | 'no_viewing'
  | 'other_medium'
  | 'repeated'
  | 'told_elsewhere'
  | 'nothing_said';

/** Why a line could not be read. */
export type UnreadableReason =
  | 'invalid_csv'
  | 'invalid_entry'
  | 'invalid_date'
  | 'ambiguous_date'
  | 'no_work'
  | 'too_many_columns';

/** What became of one line (of a CSV, where it begins) or entry (of a JSON array), counted from 1. [IMP1] */
export type LineReading = {
  readonly kind: 'line';
  readonly file: string;
  readonly line: number;
} & (
  | { readonly fate: 'taken'; readonly records: readonly ImportRecord[] }
  | { readonly fate: 'ignored'; readonly reason: IgnoredReason }
  | { readonly fate: 'unreadable'; readonly reason: UnreadableReason }
);

/** Why a file of an archive was not opened, or not to its end. */
export type FileReason =
  | 'unknown_name'
  | 'unsafe_name'
  | 'encrypted'
  | 'damaged'
  | 'too_large'
  | 'ratio_too_high'
  | 'too_many_files'
  | 'archive_too_large'
  | 'unknown_header'
  | 'invalid_json'
  /** It tells of more than one person, and nobody said of whom. */
  | 'several_people';

/** What became of one file. `incomplete`: the archive itself says that this part is missing. [IMP2] */
export type FileReading = { readonly kind: 'file'; readonly file: string } & (
  | { readonly fate: 'read' }
  | { readonly fate: 'ignored' | 'unreadable'; readonly reason: FileReason }
  | { readonly fate: 'incomplete'; readonly detail: string }
);

export type Reading = LineReading | FileReading;
/** What a source makes of one line. */
export type Taken = readonly ImportRecord[] | IgnoredReason | { readonly fault: UnreadableReason };

/** A line as a source's reader gives it: its file is named by who called. */
export interface Line {
  readonly line: number;
  /** Of a file that holds several lists, the one that is counted. */
  readonly part?: string;
  readonly taken: Taken;
}

export const fault = (reason: UnreadableReason): Taken => ({ fault: reason });
