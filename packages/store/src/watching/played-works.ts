import { compareStamps } from '@cuepoint/core';
import type { Database } from '../database.ts';
import type { PlayedWork, WorksOf } from '../read-plays.ts';
import { readContents, type Viewed } from './viewed.ts';

/** The works of a user's plays, by the catalogue and by what the user's devices say. [PLY1] */
export interface PlayedWorks {
  readonly of: WorksOf;
  /** That were read for it so far. */
  readonly rows: () => number;
}

export function createPlayedWorks(database: Database, userId: string): PlayedWorks {
  let rows = 0;
  return {
    rows: () => rows,
    async of(contentIds) {
      const viewed = await readContents(database, userId, contentIds);
      rows += viewed.rows;
      return new Map(
        contentIds.map((contentId): [string, PlayedWork] => [
          contentId,
          { names: viewed.namesOf(contentId), runningSeconds: runningSecondsOf(viewed, contentId) },
        ]),
      );
    },
  };
}

/** Of the copy that was played last, where nobody says how long the content is. */
function runningSecondsOf(
  { describe, state, namesOf }: Viewed,
  contentId: string,
): number | undefined {
  const told = describe.facts(describe.canonical(contentId))?.durationSeconds;
  if (told) return told;
  const [latest] = namesOf(contentId)
    .flatMap((name) => state.progress(name) ?? [])
    .sort((a, b) => compareStamps(b.stamp, a.stamp));
  return latest?.value?.durationSeconds || undefined;
}
