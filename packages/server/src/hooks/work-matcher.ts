import { contentIdsOf, newContentId } from '@cuepoint/core';
import type { WorkMatch, WorkMatcher } from '@cuepoint/hooks';
import type { SyncRepository } from '@cuepoint/store';

/** Finds a work by its ids; one that nothing is known of is new, under the name that its ids give it. */
export function createWorkMatcher(repository: Pick<SyncRepository, 'readContents'>): WorkMatcher {
  return {
    async match(userId, work): Promise<WorkMatch> {
      const newId = newContentId(work);
      if (newId === undefined) return { kind: 'unmatched', reason: 'unknown' };
      const names = contentIdsOf(work);
      const { describe } = await repository.readContents(userId, names);
      const known = names.find((name) => describe.facts(describe.canonical(name)) !== undefined);
      const contentId = describe.canonical(known ?? newId);
      const { series } = work;
      const seriesId =
        describe.facts(contentId)?.seriesId ??
        (series && newContentId({ type: 'series', ids: series.ids }));
      return { kind: 'matched', contentId, seriesId, isKnown: known !== undefined };
    },
    keepUnmatched: async () => undefined,
  };
}
