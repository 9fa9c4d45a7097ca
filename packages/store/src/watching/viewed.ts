import {
  createProgressRegister,
  groupOf,
  resolveAliases,
  type Aliases,
  type AliasLink,
  type ContentFacts,
  type Description,
  type PlaybackPosition,
  type ViewerState,
  type Written,
} from '@cuepoint/core';
import { textArray } from '../array-literal.ts';
import type { Database } from '../database.ts';
import { readAliasLinks } from '../catalogue/postgres-catalogue.ts';
import { positionOfRow, stampOfRegister, type RegisterRow } from '../rows.ts';

/** What one user did with some groups, and what is known of them: all of each group, and of no other. */
export interface Viewed {
  readonly state: ViewerState;
  readonly describe: Description;
  /** Rows that were read for it. */
  readonly rows: number;
  /** All names of a content that was read, its canonical one first. */
  namesOf(this: void, contentId: string): readonly string[];
  /** Whether everything of this name was read. */
  has(name: string): boolean;
}

/** Contents of one series that are looked at: the first by season and number. */
export const EPISODES_PER_SERIES_MAX = 5_000;

/**
 * Reads the groups of these contents. It costs the groups, not what the user has. [OPS3]
 *
 * @param known of the same user and not needed any more as it was: it is read on.
 */
export async function readViewed(
  database: Database,
  userId: string,
  contentIds: readonly string[],
  known?: Viewed,
): Promise<Viewed> {
  const reader = known instanceof ViewedReader ? known : new ViewedReader(database, userId);
  await reader.learn(contentIds);
  const groups = [...new Set(contentIds.map((id) => groupOf(id, reader.describe)))];
  await reader.learn([...groups, ...(await reader.readEpisodes(groups))]);
  return reader;
}

/** The same of these contents alone: what they are, and what the user did with them. */
export async function readContents(
  database: Database,
  userId: string,
  contentIds: readonly string[],
): Promise<Viewed> {
  const reader = new ViewedReader(database, userId);
  await reader.learn(contentIds);
  return reader;
}

/** `progress` or the kind of a register: what a list is made of, and the facts. */
type ViewedRow = RegisterRow & { readonly kind: string; readonly value: unknown };

class ViewedReader implements Viewed {
  readonly #database: Database;
  readonly #userId: string;
  readonly #links = new Map<string, AliasLink>();
  readonly #facts = new Map<string, ContentFacts>();
  readonly #ownFacts = new Map<string, ContentFacts>();
  readonly #positions = new Map<string, Written<PlaybackPosition | null>>();
  readonly #registers = new Map<string, Written<unknown>>();
  readonly #names = new Set<string>();
  #aliases: Aliases = resolveAliases([]);
  #episodes = new Map<string, string[]>();
  rows = 0;

  readonly state: ViewerState = {
    contentIds: () => this.#names,
    progress: (contentId) => this.#positions.get(contentId),
    register: (kind, key) => this.#registers.get(registerId(kind, key)),
  };

  readonly describe: Description = {
    canonical: (id) => this.#aliases.canonical(id),
    // What a user's devices say of a content comes before what the catalogue says, its own name before its others.
    facts: (contentId) => {
      const names = this.#aliases.namesOf(contentId);
      const known = [this.#ownFacts, this.#facts].flatMap((facts) =>
        names.flatMap((name) => facts.get(name) ?? []),
      );
      return known.length < 2 ? known[0] : Object.assign({}, ...known.toReversed());
    },
    episodesOf: (seriesId) =>
      this.#aliases.namesOf(seriesId).flatMap((name) => this.#episodes.get(name) ?? []),
  };

  constructor(database: Database, userId: string) {
    this.#database = database;
    this.#userId = userId;
  }

  namesOf = (contentId: string): readonly string[] => this.#aliases.namesOf(contentId);

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Reads these contents by all their names: what they are, and what the user did with them. */
  async learn(contentIds: readonly string[]): Promise<void> {
    const ids = contentIds.filter((id) => !this.#names.has(id));
    if (ids.length === 0) return;
    const links = await readAliasLinks(this.#database, ids);
    this.rows += links.length;
    for (const link of links) this.#links.set(link.alias, link);
    this.#aliases = resolveAliases(this.#links.values());
    const names = [...new Set(ids.flatMap((id) => this.#aliases.namesOf(id)))].filter(
      (name) => !this.#names.has(name),
    );
    for (const name of names) this.#names.add(name);
    await this.#readFacts(names.filter((name) => !this.#facts.has(name)));
    for (const row of await this.#read<ViewedRow>('read-viewed', [
      this.#userId,
      textArray(names),
    ])) {
      this.#keep(row);
    }
  }

  /** @returns what is known to be in these series, by whatever name. */
  async readEpisodes(seriesIds: readonly string[]): Promise<string[]> {
    const names = textArray(seriesIds.flatMap((id) => this.#aliases.namesOf(id)));
    const known = await this.#read<{ content_id: string; facts: ContentFacts }>('read-episodes', [
      names,
      EPISODES_PER_SERIES_MAX,
    ]);
    const own = await this.#read<{ content_id: string; series_id: string }>('read-own-episodes', [
      this.#userId,
      names,
      EPISODES_PER_SERIES_MAX,
    ]);
    for (const { content_id, facts } of known) {
      this.#facts.set(content_id, facts);
      this.#place(facts.seriesId ?? '', content_id);
    }
    for (const { content_id, series_id } of own) this.#place(series_id, content_id);
    return [...known, ...own].map(({ content_id }) => content_id);
  }

  async #readFacts(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    for (const { content_id, facts } of await this.#read<{
      content_id: string;
      facts: ContentFacts;
    }>('read-contents', [textArray(names)])) {
      this.#facts.set(content_id, facts);
    }
  }

  #keep(row: ViewedRow): void {
    const { kind, content_id: key, value } = row;
    const stamp = stampOfRegister(row);
    if (kind === 'progress') {
      this.#positions.set(key, createProgressRegister(positionOfRow(row), stamp));
    } else if (kind !== 'content') {
      this.#registers.set(registerId(kind, key), { value, stamp });
    } else if (value !== null) {
      this.#ownFacts.set(key, value as ContentFacts);
    }
  }

  #place(seriesId: string, contentId: string): void {
    const episodes = this.#episodes.get(seriesId);
    if (episodes === undefined) this.#episodes.set(seriesId, [contentId]);
    else episodes.push(contentId);
  }

  async #read<Row>(name: string, params: readonly unknown[]): Promise<Row[]> {
    const { rows } = await this.#database.query<Row>(name, params);
    this.rows += rows.length;
    return rows;
  }
}

/** Neither a kind nor a key holds a line break. */
function registerId(kind: string, key: string): string {
  return `${kind}\n${key}`;
}
