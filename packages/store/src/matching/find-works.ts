import {
  contentIdsOf,
  resolveAliases,
  seriesOf,
  WorkIndex,
  type AliasLink,
  type ByHand,
  type ContentFacts,
  type KnownContent,
  type Work,
} from '@cuepoint/core';
import { plainArray, textArray } from '../array-literal.ts';
import { readAliasLinks } from '../catalogue/postgres-catalogue.ts';
import type { Database } from '../database.ts';

/** Works that are looked for at once. */
export const WORKS_PER_LOOK_MAX = 500;
/** Contents of one title, or of one id, that are looked at: one of more is not told from the others anyway. */
const CONTENTS_PER_NAME_MAX = 200;

/** What {@link WorkIndex} takes: all that may be meant, and the links between their names. */
export interface FoundWorks {
  /** What the user's devices say comes before what the catalogue says. */
  readonly contents: readonly KnownContent[];
  readonly links: readonly AliasLink[];
}

interface FoundRow {
  readonly content_id: string;
  readonly facts: ContentFacts | null;
}

/**
 * Everything that the user knows or the catalogue has, of which one of these works may be. It costs what is found. [OPS3]
 *
 * @param works at most {@link WORKS_PER_LOOK_MAX}.
 * @param byHand what the person said of them, and of their series.
 */
export async function findWorks(
  database: Database,
  userId: string,
  works: readonly Work[],
  byHand: ByHand = new Map(),
): Promise<FoundWorks> {
  const wanted = works.flatMap((work) => [work, seriesOf(work) ?? []].flat());
  const names = unique([...wanted.flatMap(contentIdsOf), ...byHand.values()]);
  const { rows } = await database.query<FoundRow>('find-contents', [
    userId,
    textArray(names),
    textArray(unique(wanted.flatMap(({ ids }) => ids.imdb ?? []))),
    textArray(unique(wanted.flatMap((work) => numberOf(work, 'tmdb')))),
    textArray(unique(wanted.flatMap((work) => numberOf(work, 'tvdb')))),
    textArray(unique(wanted.flatMap(({ title }) => title ?? []))),
    CONTENTS_PER_NAME_MAX,
  ]);
  const contents = contentsOf(rows);
  const seriesIds = contents.flatMap(({ facts }) => facts.seriesId ?? []);
  const links = await readAliasLinks(
    database,
    unique([...names, ...contents.map(({ contentId }) => contentId), ...seriesIds]),
  );
  const episodes = await findEpisodes(database, userId, works, { contents, links, byHand });
  if (episodes.length === 0) return { contents, links };
  const ids = unique(episodes.map(({ contentId }) => contentId));
  const more = await readAliasLinks(database, ids);
  return { contents: [...contents, ...episodes], links: [...links, ...more] };
}

/** Of series that were found. */
async function findEpisodes(
  database: Database,
  userId: string,
  works: readonly Work[],
  { contents, links, byHand }: FoundWorks & { readonly byHand: ByHand },
): Promise<readonly KnownContent[]> {
  const index = new WorkIndex(links, byHand);
  for (const content of contents) index.add(content);
  const { match } = index.library();
  const { namesOf } = resolveAliases(links);
  const wanted = works.flatMap((work) => {
    const { season, episode } = work;
    const series = seriesOf(work);
    if (series === undefined || season === undefined || episode === undefined) return [];
    if (season > NUMBER_MAX || episode > NUMBER_MAX) return [];
    const found = match(series);
    if (found === undefined || found === 'ambiguous') return [];
    return unique([...namesOf(found.contentId), ...contentIdsOf(series)]).map((seriesId) => ({
      seriesId,
      season,
      episode,
    }));
  });
  if (wanted.length === 0) return [];
  const { rows } = await database.query<FoundRow>('find-episodes', [
    userId,
    textArray(wanted.map(({ seriesId }) => seriesId)),
    plainArray(wanted.map(({ season }) => season)),
    plainArray(wanted.map(({ episode }) => episode)),
    CONTENTS_PER_NAME_MAX,
  ]);
  return contentsOf(rows);
}

/** No content has a greater one. */
const NUMBER_MAX = 1_000_000;

/** As the columns have it: `movie 5`. */
function numberOf({ type, ids }: Work, name: 'tmdb' | 'tvdb'): string[] {
  return type === undefined || ids[name] === undefined ? [] : [`${type} ${ids[name]}`];
}

function contentsOf(rows: readonly FoundRow[]): KnownContent[] {
  return rows.flatMap(({ content_id: contentId, facts }) =>
    facts === null ? [] : [{ contentId, facts }],
  );
}

function unique<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)];
}
