import { Buffer } from 'node:buffer';
import {
  isContentId,
  resolveAliases,
  type Aliases,
  type AliasLink,
  type ContentFacts,
} from '@cuepoint/core';
import { textArray } from '../array-literal.ts';
import { invalidCursor } from '../cursor.ts';
import type { Database, Queryable } from '../database.ts';
import { requireLimit, toListPage } from '../lists.ts';
import { AliasGraph } from './alias-graph.ts';
import type { Catalogue, CatalogueContent, CatalogueEntry, CatalogueRefusal } from './catalogue.ts';

interface ContentRow {
  readonly content_id: string;
  readonly facts: ContentFacts;
}
type EpisodeRow = ContentRow & { readonly season: number; readonly episode: number };

export interface PostgresCatalogueOptions {
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
}

/** The catalogue in tables of its own. It remembers nothing: another instance may write at any time. */
export function createPostgresCatalogue(
  database: Database,
  { now }: PostgresCatalogueOptions,
): Catalogue {
  /** Alone among writers. */
  const write = <T>(work: (transaction: Queryable) => Promise<T>): Promise<T> =>
    database.transaction(async (transaction) => {
      // One writer at a time, so that two calls never make a cycle together.
      await transaction.query('lock-name', [`cuepoint.catalogue.${database.schema}`]);
      return work(transaction);
    });

  return {
    put: (_callerId, entries) =>
      write(async (transaction) => {
        const graph = new AliasGraph(await readAliasLinks(transaction, entries.flatMap(namesIn)));
        const plan = planPut(entries, graph);
        const changed = await writePlan(transaction, plan, now());
        return { changed, refusals: plan.refusals };
      }),

    async read(_callerId, contentIds) {
      const aliases = resolveAliases(await readAliasLinks(database, contentIds));
      return readContents(database, aliases, contentIds);
    },

    async listEpisodes(_callerId, seriesId, options) {
      const { limit, after } = requireLimit(options);
      const names = resolveAliases(await readAliasLinks(database, [seriesId])).namesOf(seriesId);
      const { rows } = await database.query<EpisodeRow>('list-episodes', [
        textArray(names),
        ...(after === undefined ? [-1, -1, ''] : textToPlace(after)),
        limit + 1,
      ]);
      const page = toListPage(rows, options, placeToText);
      return {
        ...page,
        items: page.items.map(({ content_id, facts }) => ({ contentId: content_id, facts })),
      };
    },

    remove: (_callerId, contentId) =>
      write(async (transaction) => {
        const graph = new AliasGraph(await readAliasLinks(transaction, [contentId]));
        const aliases = graph.aliasesOf(contentId);
        await transaction.query('delete-aliases', [textArray([contentId, ...aliases])]);
        const { rowCount } = await transaction.query('delete-contents', [textArray([contentId])]);
        return rowCount > 0 || aliases.length > 0;
      }),
  };
}

/** All links of the contents that these names mean. */
export async function readAliasLinks(
  queryable: Pick<Queryable, 'query'>,
  names: readonly string[],
): Promise<readonly AliasLink[]> {
  const { rows } = await queryable.query<{ alias: string; content_id: string }>('read-aliases', [
    textArray(names),
  ]);
  return rows.map(({ alias, content_id }) => ({ alias, contentId: content_id }));
}

/** What is known under the name that counts, else under the first of the others. */
async function readContents(
  queryable: Pick<Queryable, 'query'>,
  { canonical, namesOf }: Aliases,
  ids: readonly string[],
): Promise<readonly CatalogueContent[]> {
  const works = [...new Set(ids.map(canonical))].map(namesOf);
  const { rows } = await queryable.query<ContentRow>('read-contents', [textArray(works.flat())]);
  const factsByName = new Map(rows.map((row) => [row.content_id, row.facts]));
  return works.flatMap((names) => {
    const [contentId = '', ...aliases] = names;
    const [facts] = names.flatMap((name) => factsByName.get(name) ?? []);
    return facts === undefined ? [] : { contentId, facts, aliases };
  });
}

interface Plan {
  readonly taken: readonly CatalogueEntry[];
  readonly refusals: readonly CatalogueRefusal[];
  /** Aliases that stand for nothing any more, or for something else. */
  readonly parted: readonly AliasLink[];
  readonly joined: readonly AliasLink[];
}

/** Takes entry after entry, each whole or not at all. */
function planPut(entries: readonly CatalogueEntry[], graph: AliasGraph): Plan {
  const taken: CatalogueEntry[] = [];
  const refusals: CatalogueRefusal[] = [];
  const targets = new Map<string, string | undefined>();
  for (const [index, entry] of entries.entries()) {
    const { contentId, aliases } = entry;
    const before = graph.aliasesOf(contentId);
    const named = aliases ?? before;
    const change: AliasChange = {
      parted: before.filter((alias) => !named.includes(alias)),
      joined: named.filter((alias) => !before.includes(alias)),
    };
    for (const alias of [...change.parted, ...change.joined]) {
      if (!targets.has(alias)) targets.set(alias, graph.targetOf(alias));
    }
    const refusal = changeAliases(graph, entry, change);
    if (refusal === undefined) taken.push(entry);
    else refusals.push({ index, ...refusal });
  }
  const edgesOf = (targetOf: (alias: string) => string | undefined): AliasLink[] =>
    [...targets.keys()].flatMap((alias) => {
      const contentId = targetOf(alias);
      const isSame = targets.get(alias) === graph.targetOf(alias);
      return contentId === undefined || isSame ? [] : [{ alias, contentId }];
    });
  return {
    taken,
    refusals,
    parted: edgesOf((alias) => targets.get(alias)),
    joined: edgesOf((alias) => graph.targetOf(alias)),
  };
}

interface AliasChange {
  readonly parted: readonly string[];
  readonly joined: readonly string[];
}

/** @returns why not; then the graph is as it was. */
function changeAliases(
  graph: AliasGraph,
  { contentId, facts: { seriesId } }: CatalogueEntry,
  { parted, joined }: AliasChange,
): Omit<CatalogueRefusal, 'index'> | undefined {
  for (const alias of parted) graph.remove(alias);
  const done: string[] = [];
  const refusal = ((): Omit<CatalogueRefusal, 'index'> | undefined => {
    for (const alias of joined) {
      const fault = graph.add(alias, contentId);
      if (fault !== undefined) return { code: fault, field: 'aliases' };
      done.push(alias);
    }
    // By another name it would be in itself as well.
    return seriesId !== undefined && graph.canonical(seriesId) === graph.canonical(contentId)
      ? { code: 'invalid_content', field: 'seriesId' }
      : undefined;
  })();
  if (refusal === undefined) return undefined;
  for (const alias of done) graph.remove(alias);
  for (const alias of parted) graph.add(alias, contentId);
  return refusal;
}

/** @returns how many contents changed. */
async function writePlan(
  transaction: Queryable,
  { taken, parted, joined }: Plan,
  nowMs: number,
): Promise<number> {
  const changed = new Set([...parted, ...joined].map(({ contentId }) => contentId));
  if (taken.length > 0) {
    const { rows } = await transaction.query<ContentRow>('upsert-contents', [
      textArray(taken.map(({ contentId }) => contentId)),
      textArray(taken.map(({ facts }) => JSON.stringify(facts))),
      new Date(nowMs),
    ]);
    for (const row of rows) changed.add(row.content_id);
  }
  if (parted.length > 0) {
    await transaction.query('delete-aliases', [textArray(parted.map(({ alias }) => alias))]);
  }
  if (joined.length > 0) {
    await transaction.query('insert-aliases', [
      textArray(joined.map(({ alias }) => alias)),
      textArray(joined.map(({ contentId }) => contentId)),
    ]);
  }
  return changed.size;
}

function namesIn({ contentId, facts: { seriesId }, aliases = [] }: CatalogueEntry): string[] {
  return [contentId, ...aliases, ...(seriesId === undefined ? [] : [seriesId])];
}

function placeToText({ season, episode, content_id }: EpisodeRow): string {
  return Buffer.from(`${season} ${episode} ${content_id}`).toString('base64url');
}

const PLACE = /^(?<season>\d{1,10}) (?<episode>\d{1,10}) (?<contentId>[\s\S]+)$/;

function textToPlace(text: string): [season: number, episode: number, contentId: string] {
  const place = Buffer.from(text, 'base64url').toString();
  const { season, episode, contentId } = PLACE.exec(place)?.groups ?? {};
  const numbers = [Number(season), Number(episode)];
  const isPlace = numbers.every((number) => number <= NUMBER_MAX) && isContentId(contentId);
  if (!isPlace || contentId === undefined) throw invalidCursor();
  return [Number(season), Number(episode), contentId];
}

/** What stands in the place of a number that is not known. */
const NUMBER_MAX = 2_147_483_647;
