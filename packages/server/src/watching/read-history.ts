import type { Viewing } from '@cuepoint/core';
import type { PlaysPage, PlaysRequest, SyncRepository, Viewed } from '@cuepoint/store';

export type HistoryReader = Pick<SyncRepository, 'readPlays' | 'readViewing' | 'readContents'>;

/** A longer running time joins more plays, and so may bring more contents to a page: they are learnt in so many rounds. */
const ROUNDS_MAX = 3;

/**
 * A page of the history. What is one viewing goes by the running times of its contents, which are known only once the page
 * is. [PLY1]
 *
 * @returns with all rows that were read for it.
 */
export async function readHistory(
  repository: HistoryReader,
  userId: string,
  request: Omit<PlaysRequest, 'runningSecondsOf'>,
): Promise<PlaysPage> {
  const times = new Map<string, number | undefined>();
  const runningSecondsOf = (contentId: string) => times.get(contentId);
  let page = await repository.readPlays(userId, request);
  let { rows } = page;
  for (let round = 1; round <= ROUNDS_MAX; round += 1) {
    const unknown = new Set(
      page.items.map(({ contentId }) => contentId).filter((contentId) => !times.has(contentId)),
    );
    if (unknown.size === 0) break;
    const viewed = await repository.readContents(userId, [...unknown]);
    rows += viewed.rows;
    for (const contentId of unknown) times.set(contentId, runningSecondsIn(viewed, contentId));
    const isKnown = [...unknown].some((contentId) => times.get(contentId) !== undefined);
    if (!isKnown) continue;
    page = await repository.readPlays(userId, { ...request, runningSecondsOf });
    rows += page.rows;
  }
  return { ...page, rows };
}

/** The viewing that a play tells of. */
export async function readViewingOf(
  repository: HistoryReader,
  userId: string,
  playId: string,
): Promise<Viewing | undefined> {
  const viewing = await repository.readViewing(userId, playId);
  if (viewing === undefined) return undefined;
  const viewed = await repository.readContents(userId, [viewing.contentId]);
  const seconds = runningSecondsIn(viewed, viewing.contentId);
  return seconds === undefined ? viewing : repository.readViewing(userId, playId, () => seconds);
}

/** Of the copy that was played last, where nobody says how long the content is. */
function runningSecondsIn({ describe, state }: Viewed, contentId: string): number | undefined {
  const told = describe.facts(describe.canonical(contentId))?.durationSeconds;
  return told || state.progress(contentId)?.value?.durationSeconds || undefined;
}
