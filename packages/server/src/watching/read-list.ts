import {
  CONTINUE_WATCHING_POLICY,
  explainContinueWatching,
  isCard,
  type Card,
  type HiddenGroup,
  type Verdict,
} from '@cuepoint/core';
import type { Engaged, SyncRepository, Viewed } from '@cuepoint/store';
import { ENGAGED_PER_LIST_MAX } from '../limits.ts';

export type ViewedReader = Pick<SyncRepository, 'listEngaged' | 'readViewed'>;

export interface WatchingPage {
  readonly cards: readonly Card[];
  /** Groups that were looked at and are on no card, as far as the list goes. [CW8] */
  readonly hidden: readonly HiddenGroup[];
  /** Whether the user did more than was looked at. */
  readonly isTruncated: boolean;
  /** What it was made of. */
  readonly viewed: Viewed;
  /** Rows that were read. */
  readonly rows: number;
}

/** Acts on the first page of a walk, and the least of any page; each page has twice as many as the one before. */
const FIRST_PAGE = 64;
const PAGE_GROWTH = 2;

/**
 * The cards that were engaged with last, from the latest act back until there are enough: it costs the groups that it meets on
 * the way, not what the user has. [CW2] [OPS3]
 *
 * A card is sure of its place once every act that was not looked at is older than its own.
 */
export async function readContinueWatching(
  repository: ViewedReader,
  userId: string,
  { limit, nowMs }: { readonly limit: number; readonly nowMs: number },
): Promise<WatchingPage> {
  let viewed = await repository.readViewed(userId, []);
  let verdicts: readonly Verdict[] = [];
  let after: Engaged | undefined;
  let acts = 0;
  const looked = new Set<string>();
  let isEnd = false;
  for (
    let pageSize = FIRST_PAGE;
    !isEnd && looked.size < ENGAGED_PER_LIST_MAX;
    pageSize *= PAGE_GROWTH
  ) {
    const wanted = Math.max(FIRST_PAGE, Math.min(pageSize, ENGAGED_PER_LIST_MAX - looked.size));
    const page = await repository.listEngaged(userId, { limit: wanted, after });
    acts += page.length;
    for (const { name } of page) looked.add(name);
    isEnd = page.length < wanted;
    after = page.at(-1) ?? after;
    const known = viewed;
    const names = page.map(({ name }) => name).filter((name) => !known.has(name));
    if (names.length > 0) {
      viewed = await repository.readViewed(userId, names, known);
      const { state, describe } = viewed;
      const source = { state, describe, policy: CONTINUE_WATCHING_POLICY };
      verdicts = explainContinueWatching(source, nowMs);
    }
    if (countSure(verdicts, after) >= limit) break;
  }
  const cards = verdicts.filter(isCard).slice(0, limit);
  const last = cards.length < limit ? undefined : cards.at(-1);
  const shown = last === undefined ? verdicts : verdicts.slice(0, verdicts.indexOf(last));
  return {
    cards,
    hidden: shown.filter((verdict): verdict is HiddenGroup => !isCard(verdict)),
    isTruncated: last === undefined && !isEnd,
    viewed,
    rows: viewed.rows + acts,
  };
}

function countSure(verdicts: readonly Verdict[], after: Engaged | undefined): number {
  if (after === undefined) return 0;
  const isSure = ({ engagedAt }: Verdict) => engagedAt.physical > after.untilMs;
  return verdicts.filter((verdict) => isCard(verdict) && isSure(verdict)).length;
}
