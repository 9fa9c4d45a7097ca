import type { ContentFacts } from '../content-facts.ts';
import { resolveAliases, type Aliases, type AliasLink } from '../continue-watching/aliases.ts';
import { contentIdsOf, episodeId, newContentId, seriesOf } from './content-ids.ts';
import type { Work } from './work.ts';
import { nameKeyOf, titleKey } from './work-titles.ts';

export interface KnownContent {
  readonly contentId: string;
  readonly facts: ContentFacts;
}

/** `ambiguous`: several contents have that name. */
export type Match = { readonly contentId: string } | 'ambiguous' | undefined;

/** What the person said: the content that is meant by a key, which is one of {@link handKeysOf}. */
export type ByHand = ReadonlyMap<string, string>;

/** What a word of the person is kept under: every name of the work, so that it counts under each. */
export function handKeysOf(work: Work): string[] {
  const key = nameKeyOf(work);
  return key === undefined ? contentIdsOf(work) : [...contentIdsOf(work), key];
}

/** Contents that are known, to be found by what somebody calls them. Never a guess. */
export interface WorkLibrary {
  /**
   * As the person said, of the work or of its series. Else by ids first, a series with season and number being one; then an episode by a series that is found by its title, and a film
   * or a series by title and year.
   */
  match(this: void, work: Work): Match;
  /** What was said of this very name. */
  facts(this: void, contentId: string): ContentFacts | undefined;
}

/** A library in the making: {@link WorkIndex.library} once everything is in it. */
export class WorkIndex {
  readonly #aliases: Aliases;
  readonly #factsById = new Map<string, ContentFacts>();
  readonly #idsByName = new Map<string, Set<string>>();
  readonly #byHand: ByHand;

  /** @param links which names of contents mean one. */
  constructor(links: readonly AliasLink[] = [], byHand: ByHand = new Map()) {
    this.#aliases = resolveAliases(links);
    this.#byHand = byHand;
    for (const { alias, contentId } of links) {
      for (const name of [alias, contentId]) this.#name(name, contentId);
    }
  }

  /** Of several that are said of one name the first counts. */
  add({ contentId, facts }: KnownContent): void {
    if (this.#factsById.has(contentId)) return;
    this.#factsById.set(contentId, facts);
    this.#name(contentId, contentId);
    for (const name of namesOfFacts(facts, this.#aliases)) this.#name(name, contentId);
  }

  #name(name: string, contentId: string): void {
    const canonical = this.#aliases.canonical(contentId);
    const found = this.#idsByName.get(name);
    if (found === undefined) this.#idsByName.set(name, new Set([canonical]));
    else found.add(canonical);
  }

  library(): WorkLibrary {
    const lookUp = (name: string | undefined): Match => {
      const found = name === undefined ? undefined : this.#idsByName.get(name);
      if (found === undefined) return undefined;
      const [contentId = ''] = found;
      return found.size > 1 ? 'ambiguous' : { contentId };
    };
    const match = (work: Work): Match => {
      for (const key of handKeysOf(work)) {
        const said = this.#byHand.get(key);
        if (said !== undefined) return { contentId: this.#aliases.canonical(said) };
      }
      for (const id of contentIdsOf(work)) {
        const found = lookUp(id);
        if (found !== undefined && found !== 'ambiguous') return found;
      }
      if (work.type !== 'episode') return lookUp(nameKeyOf(work));
      const series = matchSeries(work, match);
      if (series === undefined || series === 'ambiguous') return series;
      return lookUp(episodeId(series.contentId, series.season, series.episode));
    };
    return { match, facts: (contentId) => this.#factsById.get(contentId) };
  }
}

function namesOfFacts({ type, ...facts }: ContentFacts, { canonical }: Aliases): string[] {
  if (type !== 'movie' && type !== 'series' && type !== 'episode') return [];
  const { ids = {}, title, year, seriesId, season, episode } = facts;
  const names = contentIdsOf({ type, ids });
  if (type !== 'episode') {
    const keys = [true, false].map((withYear) => titleKey(type, { title, year }, withYear));
    return names.concat(keys.filter((key) => key !== undefined));
  }
  return seriesId === undefined || season === undefined || episode === undefined
    ? names
    : names.concat(episodeId(canonical(seriesId), season, episode));
}

interface Numbered {
  readonly contentId: string;
  readonly season: number;
  readonly episode: number;
}

function matchSeries(
  work: Work,
  match: (series: Work) => Match,
): Numbered | 'ambiguous' | undefined {
  const { season, episode } = work;
  const series = seriesOf(work);
  if (series === undefined || season === undefined || episode === undefined) return undefined;
  const found = match(series);
  return found === undefined || found === 'ambiguous' ? found : { ...found, season, episode };
}

/** Series that are called as other services do, and their episodes with them; an app has ids of its own for its episodes. */
const NAMED_SERIES = /^(tmdb:tv|tvdb:series|trakt:show|imdb|mal|simkl|name):/;

/**
 * What a work is called: as it is known here, else by its ids. An episode is called by its series with season and number
 * wherever the series is known, however it was found.
 */
export function placeWork(work: Work, library: WorkLibrary): Match {
  const found = library.match(work);
  if (found !== undefined && found !== 'ambiguous') return found;
  const series = work.type === 'episode' ? matchSeries(work, library.match) : undefined;
  if (series !== undefined && series !== 'ambiguous' && NAMED_SERIES.test(series.contentId)) {
    return { contentId: episodeId(series.contentId, series.season, series.episode) };
  }
  const contentId = newContentId(work);
  return contentId === undefined ? found : { contentId };
}
