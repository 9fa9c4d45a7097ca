import { isContentId, type ListedFacts } from '@cuepoint/core';
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

interface Page {
  readonly items: readonly Told[];
  readonly nextCursor?: string;
}

/** A run asks for no more contents and series: an app that shows more knows its contents itself. */
const ASKED_MAX = 500;
/** Contents in one question, and their ids in its URL in characters: proxies take 8 KB. */
const CONTENTS_PER_READ_MAX = 100;
const QUERY_LENGTH_MAX = 4_000;
const AT_ONCE_MAX = 4;
const EPISODE_PAGES_MAX = 20;

/**
 * What is asked for in one turn of the event loop is asked for together.
 *
 * @param onLearnt hears of ids that something new is known of.
 */
export function createCatalogue(
  door: Door,
  fetch: Fetch | undefined,
  onLearnt: (ids: readonly string[]) => void,
): Catalogue {
  const factsById = new Map<string, ListedFacts>();
  const aliasesById = new Map<string, readonly string[]>();
  const canonicals = new Map<string, string>();
  const episodes = new Map<string, readonly string[]>();
  /** What is or was asked: contents as they stand in a query, and series. */
  const asked = new Set<string>();
  const contents: string[] = [];
  const series: string[] = [];
  let running = 0;

  function ask(id: string, waiting: string[]): void {
    // One that the service does not take would harm all others of its question.
    if (asked.size >= ASKED_MAX || !isContentId(id)) return;
    const question = waiting === series ? id : `contentId=${encodeURIComponent(id)}`;
    if (asked.has(question)) return;
    asked.add(question);
    if (waiting.push(question) === 1) door.environment.nextTurn(run);
  }

  function run(): void {
    for (; running < AT_ONCE_MAX && contents.length + series.length > 0; running += 1) {
      const seriesId = contents.length > 0 ? undefined : series.shift();
      const questions = seriesId ? [seriesId] : takeFrom(contents);
      const path = seriesId
        ? `/${encodeURIComponent(seriesId)}/episodes`
        : `?${questions.join('&')}`;
      void read(`catalogue${path}`, seriesId).then((isAnswered) => {
        running -= 1;
        if (!isAnswered) for (const question of questions) asked.delete(question);
        run();
      });
    }
  }

  /** @param seriesId whose episodes these are. @returns whether the service answered. */
  async function read(path: string, seriesId: string | undefined): Promise<boolean> {
    /** Of which something else may be shown. */
    const learnt: string[] = [];
    const ids: string[] = [];
    let query = '';
    for (let page = 0; page < EPISODE_PAGES_MAX; page += 1) {
      const answer = await askService<Page>(door, fetch, path + query);
      if (answer === 'offline' || !('items' in answer)) return false;
      for (const { contentId, aliases, ...facts } of answer.items) {
        ids.push(contentId);
        factsById.set(contentId, facts);
        learnt.push(contentId);
        if (facts.seriesId) learnt.push(facts.seriesId);
        // A list of episodes does not tell them.
        if (!aliases) continue;
        aliasesById.set(contentId, aliases);
        learnt.push(...aliases);
        for (const alias of aliases) canonicals.set(alias, contentId);
      }
      if (!answer.nextCursor) break;
      query = `?cursor=${encodeURIComponent(answer.nextCursor)}`;
    }
    if (seriesId) {
      episodes.set(seriesId, ids);
      learnt.push(seriesId);
    }
    onLearnt(learnt);
    return true;
  }

  return {
    facts(contentId) {
      const known = factsById.get(contentId);
      if (known === undefined) ask(contentId, contents);
      return known;
    },
    episodesOf(seriesId) {
      const known = episodes.get(seriesId);
      if (known === undefined) ask(seriesId, series);
      return known ?? [];
    },
    canonical: (id) => canonicals.get(id) ?? id,
    aliasesOf: (contentId) => aliasesById.get(contentId) ?? [],
  };
}

/** As many as fit into one URL; the longest id does. */
function takeFrom(questions: string[]): string[] {
  let count = CONTENTS_PER_READ_MAX;
  while (questions.slice(0, count).join('&').length > QUERY_LENGTH_MAX) count >>= 1;
  return questions.splice(0, count);
}
