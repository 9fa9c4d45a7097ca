import type { ImportRecord } from '../record.ts';

export interface WrittenFile {
  readonly name: string;
  readonly text: string;
}

/** An export for another program. Every record is in a file or is left: none is lost without a word. [EXP1] */
export interface Written {
  readonly files: readonly WrittenFile[];
  /** What the form has no place for. */
  readonly left: readonly ImportRecord[];
}
