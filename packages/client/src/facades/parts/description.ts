import type { Description, ListedFacts } from '@cuepoint/core';
import { visibleRegister } from '../../replica/view.ts';
import type { ReplicaStore } from '../../replica/replica-store.ts';
import type { Catalogue } from './catalogue.ts';

/** What the app knows of contents; it comes before what anybody else knows. */
export interface AppDescription {
  readonly facts?: (contentId: string) => ListedFacts | undefined;
  readonly episodesOf?: (seriesId: string) => Iterable<string>;
  /** The one name of all that a content has. Default: ids are names. */
  readonly canonical?: (id: string) => string;
}

export interface KnownDescription extends Description {
  /** What some content names as its series, or somebody asks for as one: of others the catalogue is asked for no episodes. */
  readonly series: Set<string>;
  /** Forgets what it made of this content. @returns the series that it is in, or was. */
  changed(contentId: string): readonly string[];
  reset(): void;
}

/** From the app, then the user's `content` registers, then the catalogue. What one does not say the next may. */
export function createDescription(
  store: ReplicaStore,
  app: AppDescription,
  catalogue?: Catalogue,
): KnownDescription {
  const factsById = new Map<string, ListedFacts | undefined>();
  const seriesById = new Map<string, string>();
  const episodesBySeries = new Map<string, Set<string>>();
  const series = new Set<string>();
  let isIndexed = false;

  function told(contentId: string): ListedFacts | undefined {
    const op = visibleRegister(store.replica, 'content', contentId);
    return op?.kind === 'register.set' && op.value !== null
      ? (op.value as object as ListedFacts)
      : undefined;
  }

  function place(contentId: string): string | undefined {
    const seriesId = told(contentId)?.seriesId;
    const before = seriesById.get(contentId);
    if (before === seriesId) return seriesId;
    if (before !== undefined) episodesBySeries.get(before)?.delete(contentId);
    if (seriesId === undefined) seriesById.delete(contentId);
    else {
      seriesById.set(contentId, seriesId);
      const episodes = episodesBySeries.get(seriesId) ?? new Set();
      episodesBySeries.set(seriesId, episodes.add(contentId));
    }
    return seriesId;
  }

  function index(): void {
    if (isIndexed) return;
    isIndexed = true;
    for (const contentId of store.replica.keysOf('content')) place(contentId);
  }

  return {
    series,
    canonical: (id) => app.canonical?.(id) ?? catalogue?.canonical(id) ?? id,
    facts(contentId) {
      if (factsById.has(contentId)) return factsById.get(contentId);
      const names = [contentId, ...(catalogue?.aliasesOf(contentId) ?? [])];
      const said = [...names.map(told), ...names.map((name) => app.facts?.(name))];
      const known = [catalogue?.facts(contentId), ...said].filter((each) => each !== undefined);
      const facts = known.length < 2 ? known[0] : (Object.assign({}, ...known) as ListedFacts);
      factsById.set(contentId, facts);
      if (facts?.seriesId) series.add(facts.seriesId);
      if (facts?.type === 'series') series.add(contentId);
      return facts;
    },
    episodesOf(seriesId) {
      index();
      const episodes = episodesBySeries.get(seriesId) ?? [];
      const own = app.episodesOf?.(seriesId) ?? [];
      const names = [seriesId, ...(catalogue?.aliasesOf(seriesId) ?? [])];
      const known = names.some((name) => series.has(name)) && catalogue?.episodesOf(seriesId);
      return new Set([...own, ...episodes, ...(known || [])]);
    },
    changed(contentId) {
      factsById.delete(contentId);
      if (!isIndexed) return [];
      const before = seriesById.get(contentId);
      return [before, place(contentId)].filter((id) => id !== undefined);
    },
    reset() {
      factsById.clear();
      seriesById.clear();
      episodesBySeries.clear();
      isIndexed = false;
    },
  };
}
