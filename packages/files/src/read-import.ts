import { ArchiveError, openArchive, type Member } from './archive.ts';
import { FILE_LIMITS, type FileLimits } from './limits.ts';
import type { FileReading, Line, LineReading, Reading } from './reading.ts';
import type { ReadOptions, Source } from './source.ts';
import { SOURCES, type SourceName } from './sources/index.ts';
import { decodeText } from './text.ts';
import { createTurns } from './turns.ts';

export interface ImportInput {
  readonly source: SourceName;
  readonly file: Blob;
  /** The file's own name: a lone CSV is known by it. */
  readonly name: string;
  readonly options?: ReadOptions;
  readonly limits?: FileLimits;
}

interface KnownMember {
  readonly member: Member;
  readonly kind: string;
}

/**
 * Reads what a person brings: the fate of every file, and of every line with its number. [IMP1]
 *
 * Only files with names that the source is known for are opened, each within the limits; one that cannot be read is
 * told and does not keep the others out. [IMP2]
 *
 * @throws ArchiveError when the archive as a whole cannot be read.
 */
export async function* readImport({
  source: sourceName,
  file,
  name,
  options = {},
  limits = FILE_LIMITS,
}: ImportInput): AsyncGenerator<Reading> {
  const source = SOURCES[sourceName];
  const { password } = options;
  const { members, refused, isPacked } = await openArchive(
    file,
    name,
    limits,
    password === undefined ? {} : { password },
  );
  yield* refused;
  const known: KnownMember[] = [];
  for (const member of members) {
    if (source.missing?.isNamed(member.name) === true) yield* missingParts(source, member);
    else {
      const kind = source.kindOf(member.name) ?? (isPacked ? undefined : source.loneKind);
      if (kind === undefined) yield ignored(member.name);
      else known.push({ member, kind });
    }
  }
  const read = source.start(new Set(known.map(({ kind }) => kind)), options);
  for (const { member, kind } of inOrder(known, source.kinds)) {
    const opened = await open(member);
    if (!('text' in opened)) yield opened;
    else yield* fileReadings(member.name, () => read({ kind, name: member.name, ...opened }));
  }
}

function ignored(file: string): FileReading {
  return { kind: 'file', file, fate: 'ignored', reason: 'unknown_name' };
}

/** Parts are numbered without leading zeros: 10 comes after 9. */
function inOrder(known: readonly KnownMember[], kinds: readonly string[]): KnownMember[] {
  const { compare } = new Intl.Collator('en', { numeric: true });
  return known.toSorted(
    (one, other) =>
      kinds.indexOf(one.kind) - kinds.indexOf(other.kind) ||
      compare(one.member.name, other.member.name),
  );
}

async function open(member: Member): Promise<{ readonly text: string } | FileReading> {
  try {
    return { text: decodeText(await member.bytes()) };
  } catch (error) {
    return unreadable(member.name, error);
  }
}

/** @throws whatever is no fault of the file. */
function unreadable(file: string, error: unknown): FileReading {
  if (!(error instanceof ArchiveError)) throw error;
  return { kind: 'file', file, fate: 'unreadable', reason: error.reason };
}

async function* missingParts(source: Source, member: Member): AsyncGenerator<FileReading> {
  const opened = await open(member);
  if (!('text' in opened)) {
    yield opened;
    return;
  }
  const { name: file } = member;
  try {
    for (const detail of source.missing?.read(opened.text) ?? []) {
      yield { kind: 'file', file, fate: 'incomplete', detail };
    }
  } catch (error) {
    // That there is such a file says already that something is missing.
    if (!(error instanceof ArchiveError)) throw error;
    yield { kind: 'file', file, fate: 'incomplete', detail: 'unreadable' };
  }
}

async function* fileReadings(
  file: string,
  read: () => AsyncIterable<Line> | Iterable<Line>,
): AsyncGenerator<Reading> {
  const turn = createTurns();
  try {
    for await (const line of read()) {
      await turn();
      yield lineReading(file, line);
    }
    yield { kind: 'file', file, fate: 'read' };
  } catch (error) {
    yield unreadable(file, error);
  }
}

function lineReading(file: string, { line, part, taken }: Line): LineReading {
  const place = {
    kind: 'line',
    file: part === undefined ? file : `${file}#${part}`,
    line,
  } as const;
  if (typeof taken === 'string') return { ...place, fate: 'ignored', reason: taken };
  if ('fault' in taken) return { ...place, fate: 'unreadable', reason: taken.fault };
  return { ...place, fate: 'taken', records: taken };
}
