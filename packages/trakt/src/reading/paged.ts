import { claimOf } from '@cuepoint/core';
import type { SaidRegister, TraktPagedRepository } from '../list-ports.ts';

const PAGE = 1_000;

export interface Listed {
  readonly contentId: string;
  /** In ms since the epoch. */
  readonly atMs: number;
}

/** The whole watchlist, in the order in which things came on it. */
export async function readWatchlist(
  repository: Pick<TraktPagedRepository, 'listWatchlist'>,
  userId: string,
): Promise<readonly Listed[]> {
  const items: Listed[] = [];
  for (let after: string | undefined; ;) {
    const page = await repository.listWatchlist(userId, {
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    for (const { contentId, addedAtMs } of page.items) items.push({ contentId, atMs: addedAtMs });
    after = page.nextCursor;
    if (after === undefined) break;
  }
  return items.toSorted((a, b) => a.atMs - b.atMs || (a.contentId < b.contentId ? -1 : 1));
}

/** All that a person says of one kind, the latest first. */
export async function readSaid(
  repository: Pick<TraktPagedRepository, 'readRegisters'>,
  userId: string,
  kind: string,
): Promise<readonly (Listed & { readonly value: SaidRegister['value'] })[]> {
  const items: (Listed & { readonly value: SaidRegister['value'] })[] = [];
  for (let after: string | undefined; ;) {
    const page = await repository.readRegisters(userId, {
      kind,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    for (const { key, value, stamp } of page.items) {
      items.push({ contentId: key, value, atMs: claimOf(stamp).physical });
    }
    after = page.nextCursor;
    if (after === undefined) break;
  }
  return items.toSorted((a, b) => b.atMs - a.atMs || (a.contentId < b.contentId ? -1 : 1));
}
