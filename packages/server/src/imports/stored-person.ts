import {
  claimOf,
  handKeysOf,
  registerId,
  type ByHand,
  type ContentFacts,
  type JsonValue,
  type KnownContent,
  type Play,
  type PlayEntry,
  type Stamp,
} from '@cuepoint/core';
import { againId, createLibrary, type Known } from '@cuepoint/files';
import type { ExportLine, FoundWorks, SyncRepository } from '@cuepoint/store';
import { MATCH_REGISTER, readHandMatch } from '../matching/hand-matches.ts';
import { importDevice, isImportDevice, isUndoDevice } from './import-devices.ts';
import { IMPORT_REGISTER, readImportEntry } from './import-log.ts';

export interface StoredRegisterLine {
  readonly register: string;
  readonly key: string;
  readonly value: JsonValue | null;
  readonly stamp: Stamp;
}

/** Everything that is stored of one person, as imports look at it. */
export interface StoredPerson {
  readonly plays: ReadonlyMap<string, PlayEntry>;
  readonly tags: ReadonlyMap<string, Extract<ExportLine, { type: 'watchlist' }>['entry']>;
  readonly registers: ReadonlyMap<string, StoredRegisterLine>;
  readonly positions: ReadonlyMap<string, Extract<ExportLine, { type: 'progress' }>>;
}

/** Reads page by page; others have their turns between. [OPS3] */
export async function readStoredPerson(
  repository: Pick<SyncRepository, 'exportUser'>,
  userId: string,
): Promise<StoredPerson> {
  const plays = new Map<string, PlayEntry>();
  const tags = new Map<string, Extract<ExportLine, { type: 'watchlist' }>['entry']>();
  const registers = new Map<string, StoredRegisterLine>();
  const positions = new Map<string, Extract<ExportLine, { type: 'progress' }>>();
  // A row that changed meanwhile comes again: the last one counts.
  for await (const line of repository.exportUser(userId)) {
    if (line.type === 'play') plays.set(line.play.tag, line.play);
    else if (line.type === 'watchlist') tags.set(line.entry.tag, line.entry);
    else if (line.type === 'register') registers.set(registerId(line.register, line.key), line);
    else if (line.type === 'progress') positions.set(line.contentId, line);
  }
  return { plays, tags, registers, positions };
}

const NOTHING: FoundWorks = { contents: [], links: [] };

/** What the person said that works are. */
export function saidByHand(registers: Iterable<StoredRegisterLine>): ByHand {
  const said = new Map<string, string>();
  for (const { register, value } of registers) {
    const match = register === MATCH_REGISTER ? readHandMatch(value) : undefined;
    if (match === undefined) continue;
    for (const key of handKeysOf(match.work)) said.set(key, match.contentId);
  }
  return said;
}

/** The same as the planner asks for it. @param found what the catalogue has of the works of a file. */
export async function knownOf(
  { plays, tags, registers, positions }: StoredPerson,
  { contents: found, links }: FoundWorks = NOTHING,
): Promise<Known> {
  const contents: KnownContent[] = [];
  for (const { register, key, value } of registers.values()) {
    if (register === 'content' && value !== null) {
      contents.push({ contentId: key, facts: value as unknown as ContentFacts });
    }
  }
  const playsByContent = new Map<string, Play[]>();
  const undone = new Set<string>();
  const hiddenByContent = new Map<string, Play[]>();
  const undoneDevices = new Set(
    [...registers.values()].flatMap(({ register, key, value }) => {
      const entry = register === IMPORT_REGISTER ? readImportEntry(key, value) : undefined;
      return entry?.state === 'undone' ? [importDevice(entry.importId)] : [];
    }),
  );
  for (const { tag, contentId, added, watchedAt, source, removed } of plays.values()) {
    if (removed === null) {
      const of = playsByContent.get(contentId) ?? [];
      playsByContent.set(contentId, of);
      of.push({ playId: tag, contentId, watchedAt, source });
    } else if (isUndoDevice(removed.deviceId)) undone.add(tag);
    else if (isImportDevice(removed.deviceId)) {
      // It gave way. Its import was taken back since, or it came back under the next id.
      const isOver = added !== null && undoneDevices.has(added.deviceId);
      if (isOver || plays.has(againId(tag))) undone.add(tag);
      else if (contentId !== '') {
        const of = hiddenByContent.get(contentId) ?? [];
        hiddenByContent.set(contentId, of);
        of.push({ playId: tag, contentId, watchedAt, source });
      }
    }
  }
  const listed = new Set<string>();
  for (const { tag, contentId, removed } of tags.values()) {
    if (removed === null) listed.add(contentId);
    else if (isUndoDevice(removed.deviceId)) undone.add(tag);
  }
  return {
    library: await createLibrary([...contents, ...found], links, saidByHand(registers.values())),
    plays: (contentId) => playsByContent.get(contentId) ?? [],
    hidden: (contentId) => hiddenByContent.get(contentId) ?? [],
    wasTold: (playId) => plays.has(playId),
    isUndone: (id) => undone.has(id),
    register: (kind, key) => {
      const there = registers.get(registerId(kind, key));
      return (
        there && {
          value: there.value,
          claim: claimOf(there.stamp),
          isUndone: isUndoDevice(there.stamp.deviceId),
        }
      );
    },
    progress: (contentId) => {
      const there = positions.get(contentId);
      return there && { claim: claimOf(there.stamp) };
    },
    isListed: (contentId) => listed.has(contentId),
  };
}
