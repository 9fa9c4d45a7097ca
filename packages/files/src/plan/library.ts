import {
  WorkIndex,
  type AliasLink,
  type ByHand,
  type KnownContent,
  type WorkLibrary,
} from '@cuepoint/core';
import { createTurns } from '../turns.ts';

/** The library of an import: others have their turns while it is made. */
export async function createLibrary(
  contents: Iterable<KnownContent>,
  links: readonly AliasLink[] = [],
  byHand?: ByHand,
): Promise<WorkLibrary> {
  const turn = createTurns();
  const index = new WorkIndex(links, byHand);
  for (const content of contents) {
    await turn();
    index.add(content);
  }
  return index.library();
}
