import type { ListedFacts } from '@cuepoint/core';
import type { Door } from '../../door.ts';
import { askService, type Fetch } from './ask-service.ts';

/** What the service knows of contents, as far as this run has asked. */
export interface Catalogue {
  /** Asks for it where nobody has; the answer comes later. */
  facts(contentId: string): ListedFacts | undefined;
  episodesOf(seriesId: string): readonly string[];
  /** The id that counts of all that a content has. */
  canonical(id: string): string;
  /** Its other ids. */
  aliasesOf(contentId: string): readonly string[];
}

interface Told extends ListedFacts {
  readonly contentId: string;
  readonly aliases?: readonly string[];
}

interface EpisodesPage {
  readonly items: readonly Told[];
  readonly nextCursor?: string;
}

/** A run asks for no more: an app that shows more knows its contents itself. */
const ASKED_MAX = 500;
const AT_ONCE_MAX = 4;
const EPISODE_PAGES_MAX = 20;

/** @param onLearnt hears of ids that something new is known of. */
export function createCatalogue(
  door: Door,
  fetch: Fetch | undefined,
  onLearnt: (ids: readonly string[]) => void,
): Catalogue {
  const factsById = new Map<string, ListedFacts>();
  const aliasesById = new Map<string, readonly string[]>();
  const canonicals = new Map<string, string>();
  const episodes = new Map<string, readonly string[]>();
  /** By path: what is or was asked. */
  const asked = new Set<string>();
  const waiting: { readonly path: string; readonly work: () => Promise<boolean> }[] = [];
  let running = 0;

  function ask(path: string, work: () => Promise<boolean>): void {
    if (asked.has(path) || asked.size >= ASKED_MAX) return;
    asked.add(path);
    waiting.push({ path, work });
    run();
  }

  function run(): void {
    for (; running < AT_ONCE_MAX && waiting.length > 0; running += 1) {
      const { path, work } = waiting.shift() as (typeof waiting)[number];
      void work().then((isAnswered) => {
        running -= 1;
        if (!isAnswered) asked.delete(path);
        run();
      });
    }
  }

  /** @returns the ids of which something else may be shown. */
  function learn({ contentId, aliases = [], ...facts }: Told): string[] {
    factsById.set(contentId, facts);
    // A list of episodes does not tell them.
    if (aliases.length > 0) aliasesById.set(contentId, aliases);
    for (const alias of aliases) canonicals.set(alias, contentId);
    return [contentId, ...aliases, ...(facts.seriesId === undefined ? [] : [facts.seriesId])];
  }

  const pathOf = (id: string) => `catalogue/${encodeURIComponent(id)}`;

  async function askContent(id: string): Promise<boolean> {
    const answer = await askService<Told>(door, fetch, pathOf(id));
    if (answer === 'offline') return false;
    if (!('contentId' in answer)) return answer.code === 'not_found';
    onLearnt(learn(answer));
    return true;
  }

  async function askEpisodes(seriesId: string): Promise<boolean> {
    const learnt = [seriesId];
    const ids: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < EPISODE_PAGES_MAX; page += 1) {
      const path = `${pathOf(seriesId)}/episodes${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''}`;
      const answer = await askService<EpisodesPage>(door, fetch, path);
      if (answer === 'offline') return false;
      if (!('items' in answer)) return answer.code === 'not_found';
      for (const told of answer.items) {
        ids.push(told.contentId);
        learnt.push(...learn(told));
      }
      cursor = answer.nextCursor;
      if (!cursor) break;
    }
    episodes.set(seriesId, ids);
    onLearnt(learnt);
    return true;
  }

  return {
    facts(contentId) {
      const known = factsById.get(contentId);
      if (known === undefined) ask(pathOf(contentId), () => askContent(contentId));
      return known;
    },
    episodesOf(seriesId) {
      const known = episodes.get(seriesId);
      if (known === undefined) ask(`${pathOf(seriesId)}/episodes`, () => askEpisodes(seriesId));
      return known ?? [];
    },
    canonical: (id) => canonicals.get(id) ?? id,
    aliasesOf: (contentId) => aliasesById.get(contentId) ?? [],
  };
}
