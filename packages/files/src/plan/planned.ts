import type { JsonValue, Op, Play, Timestamp, Work, WorkLibrary } from '@cuepoint/core';
import type { FileReading, LineReading } from '../reading.ts';

type Unstamped<Some> = Some extends unknown ? Omit<Some, 'timestamp' | 'deviceId'> : never;

/** An op before its writer stamps it. A claim is the moment that the source tells, which may be later than the stamp. */
export type PlannedOp = Unstamped<Op>;

export interface KnownRegister {
  readonly value: JsonValue | null;
  readonly claim: Timestamp;
  /** It is as it was before an import that was taken back: the same import may say it again. */
  readonly isUndone?: boolean;
}

/** What a person has, of the contents that an import names: a snapshot. */
export interface Known {
  readonly library: WorkLibrary;
  /** Plays that are not removed. */
  readonly plays: (contentId: string) => readonly Play[];
  /** Plays that an import told or found, and that gave way to others by an import: they may come back under the next id. */
  readonly hidden: (contentId: string) => readonly Play[];
  /** Whether a play of this id was ever told: a removed one does not come back. */
  readonly wasTold: (playId: string) => boolean;
  /** Whether another id stands for the play or the tag: its import was taken back, or it gave way and came back. */
  readonly isUndone: (id: string) => boolean;
  readonly register: (kind: string, key: string) => KnownRegister | undefined;
  /** Since when the position of a content means what it says. */
  readonly progress: (contentId: string) => { readonly claim: Timestamp } | undefined;
  readonly isListed: (contentId: string) => boolean;
}

/**
 * What becomes of a line, or of one record of it. [IMP1]
 *
 * `added` · `changed` something older gives way · `already_there` · `unmatched` no content has its ids or its name ·
 * `ambiguous` several have its name · `no_viewing` it played, but not to its end · `not_kept` there is no place for it
 */
export type Outcome =
  | 'added'
  | 'changed'
  | 'already_there'
  | 'unmatched'
  | 'ambiguous'
  | 'no_viewing'
  | 'not_kept';

export interface PlannedLine {
  readonly file: string;
  readonly line: number;
  readonly outcome: Outcome;
  /** Of a line that is unmatched or ambiguous: what it calls its work. */
  readonly work?: Work;
}

/** Every line of the files is in `lines` or in `skipped`, once. */
export interface Plan {
  readonly lines: readonly PlannedLine[];
  /** Lines that hold nothing to take, or that cannot be read. */
  readonly skipped: readonly Exclude<LineReading, { readonly fate: 'taken' }>[];
  readonly files: readonly FileReading[];
  readonly ops: readonly PlannedOp[];
}
