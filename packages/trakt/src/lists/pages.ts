/** The part of a list that is asked for. */
export interface PageRequest {
  /** From 1. */
  readonly page: number;
  readonly limit: number;
}

/** The most on one page: what is asked for beyond is cut to it, and said so. */
export const PAGE_LIMIT_MAX = 1_000;
/** Where only a page is asked for. */
export const PAGE_LIMIT_DEFAULT = 100;
const PAGE_MAX = 1_000_000;

/** Without `page` and `limit` undefined: the whole list. What is no number is as if it were left out. [TRK6] */
export function readPage(query: Readonly<Record<string, unknown>>): PageRequest | undefined {
  const [page, limit] = [toCount(query['page']), toCount(query['limit'])];
  if (page === undefined && limit === undefined) return undefined;
  return {
    page: Math.min(page ?? 1, PAGE_MAX),
    limit: Math.min(limit ?? PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX),
  };
}

function toCount(text: unknown): number | undefined {
  const count = typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return count > 0 ? count : undefined;
}

export function pageOf<Item>(
  items: readonly Item[],
  request: PageRequest | undefined,
): readonly Item[] {
  if (request === undefined) return items;
  const { page, limit } = request;
  return items.slice((page - 1) * limit, page * limit);
}

/** Every list says how long it is: a client throws where it does not. [TRK6] */
export function pageHeaders(
  request: PageRequest | undefined,
  itemCount: number,
): Record<string, string> {
  const { page, limit } = request ?? { page: 1, limit: Math.max(itemCount, 1) };
  return {
    'x-pagination-page': String(page),
    'x-pagination-limit': String(limit),
    'x-pagination-page-count': String(Math.ceil(itemCount / limit)),
    'x-pagination-item-count': String(itemCount),
  };
}
