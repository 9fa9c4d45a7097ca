import { claimOf, type Stamp, type Timestamp } from '@cuepoint/core';
import type { SyncRepository, Viewed } from '@cuepoint/store';

/** What a register stands for is read by all of its names, and against what was done with them. */
export interface Meant {
  /** Whether it is said under any name. */
  readonly isSaid: boolean;
  /** When a person did something that it has to come after. */
  readonly claims: readonly Timestamp[];
  /** Rows that were read for it. */
  readonly rows: number;
}

const NOTHING: Meant = { isSaid: false, claims: [], rows: 0 };

/** Kinds of which {@link readMeant} reads a whole group. */
export const GROUP_KINDS: readonly string[] = ['dismissed', 'rewatch'];

/**
 * What an act on this register has to be past, besides the register itself: readers take the latest of all names, and hold it
 * against the claims of a content or of its group. Those may be of a clock that is ahead. [CW4] [CW7]
 */
export async function readMeant(
  repository: Pick<SyncRepository, 'readContents' | 'readViewed'>,
  userId: string,
  kind: string,
  key: string,
): Promise<Meant> {
  if (GROUP_KINDS.includes(kind)) return meantIn(await repository.readViewed(userId, [key]), kind);
  if (kind === 'watched') return meantIn(await repository.readContents(userId, [key]), kind);
  return NOTHING;
}

function meantIn({ state, rows }: Viewed, kind: string): Meant {
  const stamps: Stamp[] = [];
  let isSaid = false;
  for (const name of state.contentIds()) {
    const progress = state.progress(name);
    if (progress !== undefined) stamps.push(progress.stamp);
    for (const listed of ['watched', 'dismissed', 'rewatch'] as const) {
      const said = state.register(listed, name);
      if (said === undefined) continue;
      stamps.push(said.stamp);
      if (listed === kind && said.value !== null) isSaid = true;
    }
  }
  return { isSaid, claims: stamps.map(claimOf), rows };
}
