import { placeWork, WorkIndex, type Matcher, type Work } from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';

/** Finds a work among what a person's devices say and the catalogue; one of whose ids nothing is known is new. */
export function createWorkMatcher(
  repository: Pick<SyncRepository, 'findWorks'>,
): Pick<Matcher, 'match'> {
  return {
    async match(userId: string, work: Work) {
      const { contents, links } = await repository.findWorks(userId, [work]);
      const index = new WorkIndex(links);
      for (const content of contents) index.add(content);
      const library = index.library();
      const placed = placeWork(work, library);
      if (placed === undefined) return { kind: 'unmatched', reason: 'unknown' };
      if (placed === 'ambiguous') return { kind: 'unmatched', reason: 'ambiguous' };
      const { contentId } = placed;
      const facts = library.facts(contentId);
      const by = facts === undefined ? 'new' : 'known';
      const { seriesId } = facts ?? {};
      return { kind: 'matched', contentId, by, ...(seriesId === undefined ? {} : { seriesId }) };
    },
  };
}
