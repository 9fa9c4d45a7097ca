import { Buffer } from 'node:buffer';
import { compareStamps, CuepointError, isContentId, type Stamp } from '@cuepoint/core';
import { invalidCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { positionOfRow, stampOfRegister, type RegisterRow } from './rows.ts';
import {
  LIST_LIMIT_MAX,
  type ListOptions,
  type ListPage,
  type ProgressListItem,
  type ProgressStatus,
  type WatchlistListItem,
} from './sync-repository.ts';

interface LiveTagRow {
  readonly content_id: string;
  readonly unique_tag: string;
  readonly timestamp_physical: number;
  readonly timestamp_logical: number;
  readonly device_id: string;
}

export type StoredProgressRow = RegisterRow & { readonly updated_at: Date };

/** A page of contents with their live tags, by content id. It costs its own rows. [OPS3] */
export async function listWatchlist(
  database: Database,
  userId: string,
  options: ListOptions,
): Promise<ListPage<WatchlistListItem>> {
  const { limit, after } = requireLimit(options);
  const items: WatchlistListItem[] = [];
  let last = after === undefined ? '' : textToContentId(after);
  // Contents with several tags fill less of a page than was read for it.
  for (;;) {
    const wanted = limit + 1 - items.length;
    const { rows } = await database.query<LiveTagRow>('list-watchlist', [userId, last, wanted]);
    items.push(...toWatchlistItems(rows));
    if (rows.length < wanted || items.length > limit) break;
    last = items.at(-1)?.contentId ?? last;
  }
  return toListPage(items, options, ({ contentId }) => contentIdToText(contentId));
}

/** The shelves of the rows that are listed together, as the migration has them. */
const SHELVES: Readonly<Record<ProgressStatus, string>> = {
  all: '{0,1,2}',
  in_progress: '{1}',
  completed: '{2}',
};

/** A page of registers, the newest first by the time of their stamps. It costs at most its own rows of each shelf. [OPS3] */
export async function listProgress(
  database: Database,
  userId: string,
  options: ListOptions & { readonly status: ProgressStatus },
): Promise<ListPage<ProgressListItem>> {
  const { limit, after } = requireLimit(options);
  const [beforeMs, contentId] =
    after === undefined ? [Number.MAX_SAFE_INTEGER, ''] : textToMoment(after);
  const { rows } = await database.query<StoredProgressRow>('list-progress', [
    userId,
    beforeMs,
    contentId,
    limit + 1,
    SHELVES[options.status],
  ]);
  return toListPage(rows.map(toProgressItem), options, ({ stamp, contentId: id }) =>
    contentIdToText(`${stamp.timestamp.physical} ${id}`),
  );
}

export function toProgressItem(row: StoredProgressRow): ProgressListItem {
  const position = positionOfRow(row);
  if (position === null) throw new Error('a cleared register is no item');
  return {
    contentId: row.content_id,
    ...position,
    stamp: stampOfRegister(row),
    updatedAtMs: row.updated_at.getTime(),
  };
}

function toWatchlistItems(rows: readonly LiveTagRow[]): WatchlistListItem[] {
  const addsByContent = new Map<string, { readonly tag: string; readonly stamp: Stamp }[]>();
  for (const row of rows) {
    const adds = addsByContent.get(row.content_id) ?? [];
    const timestamp = { physical: row.timestamp_physical, logical: row.timestamp_logical };
    adds.push({ tag: row.unique_tag, stamp: { timestamp, deviceId: row.device_id } });
    addsByContent.set(row.content_id, adds);
  }
  return [...addsByContent].flatMap(([contentId, adds]) => {
    adds.sort((a, b) => compareStamps(a.stamp, b.stamp));
    const [first] = adds;
    if (first === undefined) return [];
    const { timestamp, deviceId } = first.stamp;
    const tags = adds.map(({ tag }) => tag);
    return [{ contentId, addedAtMs: timestamp.physical, deviceId, tags }];
  });
}

export function requireLimit(options: ListOptions): ListOptions {
  const { limit } = options;
  if (Number.isInteger(limit) && limit >= 1 && limit <= LIST_LIMIT_MAX) return options;
  throw new CuepointError('limit_exceeded', `A list has 1 to ${LIST_LIMIT_MAX} items a page.`, {
    field: 'limit',
    limit: { name: 'limit', value: LIST_LIMIT_MAX },
  });
}

/** @param found the page and, where there is more, at least one item of it. */
export function toListPage<Item>(
  found: readonly Item[],
  { limit, after }: ListOptions,
  toCursor: (last: Item) => string,
): ListPage<Item> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  if (found.length > limit && last !== undefined) return { items, nextCursor: toCursor(last) };
  return after === undefined ? { items, total: items.length } : { items };
}

function contentIdToText(contentId: string): string {
  return Buffer.from(contentId).toString('base64url');
}

function textToContentId(text: string): string {
  const contentId = Buffer.from(text, 'base64url').toString();
  // Bytes that are no UTF-8 decode to replacement characters, which are a content id too.
  if (!isContentId(contentId) || contentIdToText(contentId) !== text) throw invalidCursor();
  return contentId;
}

const MOMENT = /^(?<ms>\d{1,15}) (?<contentId>[\s\S]+)$/;

function textToMoment(text: string): [ms: number, contentId: string] {
  const moment = Buffer.from(text, 'base64url').toString();
  const { ms, contentId } = MOMENT.exec(moment)?.groups ?? {};
  if (
    ms === undefined ||
    contentId === undefined ||
    !isContentId(contentId) ||
    contentIdToText(moment) !== text
  ) {
    throw invalidCursor();
  }
  return [Number(ms), contentId];
}
