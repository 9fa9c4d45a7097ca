import {
  nameIdOf,
  placeWork,
  seriesOf,
  type Matcher,
  type Work,
  type WorkLibrary,
  type WorkMatch,
} from '@cuepoint/core';
import { WORKS_PER_LOOK_MAX, type SyncRepository } from '@cuepoint/store';
import { readLibrary } from './read-library.ts';
import { keepUnmatched, type UnmatchedDeps } from './unmatched-works.ts';

/** {@link Matcher} by what is stored: it remembers nothing, since another instance may learn something at any time. */
export function createMatcher(deps: UnmatchedDeps): Matcher {
  const match = async (userId: string, work: Work): Promise<WorkMatch> => {
    const [found = UNKNOWN] = await matchWorks(deps.repository, userId, [work]);
    return found;
  };
  return {
    match,
    matchAll: (userId, works) => matchWorks(deps.repository, userId, works),
    keepUnmatched: (userId, work, report) => keepUnmatched(deps, userId, work, report),
  };
}

const UNKNOWN: WorkMatch = { kind: 'unmatched', reason: 'unknown' };

async function matchWorks(
  repository: SyncRepository,
  userId: string,
  works: readonly Work[],
): Promise<readonly WorkMatch[]> {
  const matches: WorkMatch[] = [];
  for (let start = 0; start < works.length; start += WORKS_PER_LOOK_MAX) {
    const some = works.slice(start, start + WORKS_PER_LOOK_MAX);
    const library = await readLibrary(repository, userId, some);
    matches.push(...some.map((work) => matchIn(library, work)));
  }
  return matches;
}

function matchIn(library: WorkLibrary, work: Work): WorkMatch {
  if (work.type === 'season') return UNKNOWN;
  const placed = placeWork(work, library);
  if (placed === undefined) return UNKNOWN;
  if (placed === 'ambiguous') return { kind: 'unmatched', reason: placed };
  const { contentId } = placed;
  const seriesId = seriesIdIn(library, work, contentId);
  const known = library.match(work);
  const isKnown = known !== undefined && known !== 'ambiguous';
  return {
    kind: 'matched',
    contentId,
    ...(seriesId === undefined ? {} : { seriesId }),
    isKnown,
  };
}

function seriesIdIn(library: WorkLibrary, work: Work, contentId: string): string | undefined {
  const told = library.facts(contentId)?.seriesId;
  const series = seriesOf(work);
  if (told !== undefined || series === undefined) return told;
  const placed = placeWork(series, library);
  if (placed === 'ambiguous') return undefined;
  // Media servers tell the title of a series and none of its ids; its episodes belong together all the same.
  return placed === undefined ? nameIdOf(series) : placed.contentId;
}
