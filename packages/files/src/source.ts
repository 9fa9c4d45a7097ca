import type { Line } from './reading.ts';
import type { DateOrder } from './numeric-date.ts';

export interface ReadOptions {
  /** IANA name of the zone of times that the source writes without one. */
  readonly zone?: string;
  /** Of dates like 3/4/21, where no row of the file decides. */
  readonly dateOrder?: DateOrder;
  /** What a list without a name of its own is. */
  readonly list?: 'watchlist' | 'watched';
  /** The person in the source's own words, where a file tells of several. */
  readonly person?: string;
  /** Of an encrypted archive. */
  readonly password?: string;
}

export interface OpenFile {
  /** What {@link Source.kindOf} said. */
  readonly kind: string;
  readonly name: string;
  readonly text: string;
}

/** How one program's export is read. */
export interface Source {
  /** In the order in which they are read; files of one kind go by the numbers in their names. */
  readonly kinds: readonly string[];
  /** What a file is by its path in the archive; undefined is never opened. [IMP2] */
  readonly kindOf: (path: string) => string | undefined;
  /** What a file outside of an archive is, whatever its name. */
  readonly loneKind?: string;
  /** The file in which an archive says what it lacks. [IMP2] */
  readonly missing?: {
    readonly isNamed: (path: string) => boolean;
    /** The parts, in the archive's own words. */
    readonly read: (text: string) => readonly string[];
  };
  /**
   * Begins one import.
   *
   * @param present the kinds that the archive has.
   * @returns how one of its files is read. It throws ArchiveError `unknown_header` or `invalid_json` before the first line.
   */
  readonly start: (
    present: ReadonlySet<string>,
    options: ReadOptions,
  ) => (file: OpenFile) => AsyncIterable<Line> | Iterable<Line>;
}

/** The folders and the name of a path, in lower case, without what archivers and trash add. */
export function partsOf(path: string): readonly string[] | undefined {
  const parts = path.toLowerCase().split(/[/\\]/);
  const isAdded = parts.some((part) => part === '__macosx' || part.startsWith('.'));
  return isAdded ? undefined : parts;
}
