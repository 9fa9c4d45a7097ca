import { contentIdsOf, newContentId } from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import type { Work, WorkMatcher } from '@cuepoint/trakt';

/** Finds a work by its ids; one that nothing is known of is new, under the name that its ids give it. */
export function createWorkMatcher({
  readContents,
}: Pick<SyncRepository, 'readContents'>): WorkMatcher {
  return {
    async match(userId: string, work: Work) {
      const names = contentIdsOf(work);
      const newId = newContentId(work);
      if (newId === undefined) return { kind: 'unmatched' };
      const { describe } = await readContents(userId, names);
      const known = names.find((name) => describe.facts(describe.canonical(name)) !== undefined);
      return { kind: 'matched', contentId: describe.canonical(known ?? newId) };
    },
  };
}
