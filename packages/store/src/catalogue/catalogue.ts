import type { ContentFacts } from '@cuepoint/core';
import type { ListOptions, ListPage } from '../sync-repository.ts';

/** What is put of one content. */
export interface CatalogueEntry {
  readonly contentId: string;
  readonly facts: ContentFacts;
  /** All its other names; those that are not among them are taken back. Left out: they stay as they are. */
  readonly aliases?: readonly string[];
}

export interface CatalogueContent {
  /** The name that counts. */
  readonly contentId: string;
  readonly facts: ContentFacts;
  /** Its other names. */
  readonly aliases: readonly string[];
}

/** Why nothing of an entry was stored. */
export interface CatalogueRefusal {
  readonly index: number;
  readonly code: 'invalid_content' | 'alias_taken' | 'alias_cycle' | 'limit_exceeded';
  readonly field: string;
}

export interface CatalogueOutcome {
  /** Entries that changed something. */
  readonly changed: number;
  readonly refusals: readonly CatalogueRefusal[];
}

/**
 * What is known of contents, whoever watches them.
 *
 * @param callerId of each method: who asks, so that callers take turns.
 */
export interface Catalogue {
  /**
   * Stores what each entry says, in their order, and nothing of one that is refused. Idempotent, in one transaction.
   *
   * @param entries valid, and of a content each.
   */
  put(callerId: string, entries: readonly CatalogueEntry[]): Promise<CatalogueOutcome>;
  /** What is known of these, each by any of its names: a content once, in the order of their first names; no unknown ones. */
  read(callerId: string, contentIds: readonly string[]): Promise<readonly CatalogueContent[]>;
  /** By any name of the series, in the order of season and number. */
  listEpisodes(
    callerId: string,
    seriesId: string,
    options: ListOptions,
  ): Promise<ListPage<Omit<CatalogueContent, 'aliases'>>>;
  /** Forgets a content and its aliases. @returns false where it has neither. */
  remove(callerId: string, contentId: string): Promise<boolean>;
}
