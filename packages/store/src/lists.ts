import { Buffer } from 'node:buffer';
import { CuepointError, isContentId } from '@cuepoint/core';
import { invalidCursor } from './cursor.ts';
import { LIST_LIMIT_MAX, type ListOptions, type ListPage } from './sync-repository.ts';

/** A page's rows: each carries the total, and one row of nulls stands for an empty page. */
export type ListRow<Row> = { readonly total: number } & (Row | { readonly content_id: null });

/** The statement's parameters for a page: where it starts, and one row more than it shows. */
export function listParams({ limit, after }: ListOptions): [string, number] {
  if (!Number.isInteger(limit) || limit < 1 || limit > LIST_LIMIT_MAX) {
    throw new CuepointError('limit_exceeded', `A list has 1 to ${LIST_LIMIT_MAX} items a page.`, {
      field: 'limit',
      limit: { name: 'limit', value: LIST_LIMIT_MAX },
    });
  }
  return [after === undefined ? '' : textToContentId(after), limit + 1];
}

export function toListPage<Row extends { readonly content_id: string }, Item>(
  rows: readonly ListRow<Row>[],
  limit: number,
  toItem: (row: Row) => Item,
): ListPage<Item> {
  const found = rows.filter(
    (row): row is { readonly total: number } & Row => row.content_id !== null,
  );
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const page = { items: shown.map(toItem), total: rows[0]?.total ?? 0 };
  return found.length > limit && last !== undefined
    ? { ...page, nextCursor: contentIdToText(last.content_id) }
    : page;
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
