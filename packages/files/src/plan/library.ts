import { WorkIndex, type AliasLink, type KnownContent, type WorkLibrary } from '@cuepoint/core';
import { createTurns } from '../turns.ts';

/** The library of an import: others have their turns while it is made. */
export async function createLibrary(
  contents: Iterable<KnownContent>,
  links: readonly AliasLink[] = [],
): Promise<WorkLibrary> {
  const turn = createTurns();
  const index = new WorkIndex(links);
  for (const content of contents) {
    await turn();
    index.add(content);
  }
  return index.library();
}
