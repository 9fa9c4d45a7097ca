import type { ContentFacts } from '@cuepoint/core';
import type { Work } from '../record.ts';
import { createTurns } from '../turns.ts';
import { contentIdsOf, nameKeyOf, workOfFacts } from './content-ids.ts';

export interface KnownContent {
  readonly contentId: string;
  readonly facts: ContentFacts;
  /** Its other names in the catalogue. */
  readonly aliases?: readonly string[];
}

/** `ambiguous`: several contents have that name. */
export type Match = { readonly contentId: string } | 'ambiguous' | undefined;

/** The contents that are known here, to be found by what a file calls them. */
export interface Library {
  /** By ids first, then by title and year, or by series, season and number. */
  match(work: Work): Match;
  facts(contentId: string): ContentFacts | undefined;
}

export async function createLibrary(contents: Iterable<KnownContent>): Promise<Library> {
  const turn = createTurns();
  const factsById = new Map<string, ContentFacts>();
  const aliases: (readonly [string, string])[] = [];
  for (const { contentId, facts, aliases: names = [] } of contents) {
    factsById.set(contentId, facts);
    for (const name of names) aliases.push([name, contentId]);
  }
  const idsByName = new Map<string, Set<string>>();
  const index = (name: string | undefined, contentId: string) => {
    if (name === undefined) return;
    const found = idsByName.get(name);
    if (found === undefined) idsByName.set(name, new Set([contentId]));
    else found.add(contentId);
  };
  for (const [alias, contentId] of aliases) index(alias, contentId);
  for (const [contentId, facts] of factsById) {
    await turn();
    index(contentId, contentId);
    const series = facts.seriesId === undefined ? undefined : factsById.get(facts.seriesId);
    const work = workOfFacts(facts, series);
    if (work === undefined) continue;
    for (const name of contentIdsOf(work)) index(name, contentId);
    for (const key of new Set([nameKeyOf(work), nameKeyOf(work, false)])) index(key, contentId);
  }
  const lookUp = (name: string | undefined): Match => {
    const found = name === undefined ? undefined : idsByName.get(name);
    if (found === undefined) return undefined;
    const [contentId = ''] = found;
    return found.size > 1 ? 'ambiguous' : { contentId };
  };
  return {
    match(work) {
      for (const id of contentIdsOf(work)) {
        const found = lookUp(id);
        if (found !== undefined && found !== 'ambiguous') return found;
      }
      return lookUp(nameKeyOf(work));
    },
    facts: (contentId) => factsById.get(contentId),
  };
}
