import { WorkIndex, type KnownContent, type Work, type WorkLibrary } from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import { readByHand } from './hand-matches.ts';

/** Everything that these works may be. @param own what is known besides. */
export async function readLibrary(
  repository: Pick<SyncRepository, 'findWorks' | 'readRegisters'>,
  userId: string,
  works: readonly Work[],
  own: readonly KnownContent[] = [],
): Promise<WorkLibrary> {
  const byHand = await readByHand(repository, userId, works);
  const { contents, links } = await repository.findWorks(userId, works, byHand);
  const index = new WorkIndex(links, byHand);
  for (const content of [...own, ...contents]) index.add(content);
  return index.library();
}
