import type { Written } from './lane.ts';

/**
 * Whether a stored row carries the mark of this batch: then it is this batch's work. Asked for rows of which the
 * batch does not know whether it wrote them; a list of values knows, and leaves only those that it did not.
 */
export function isOwnMark(
  { dialect, results, markOf }: Written,
  userId: string,
  mark: string | undefined,
): boolean {
  if (dialect.batch === 'values' || mark === undefined) return false;
  if (markOf !== undefined) return mark === markOf(userId);
  const [summary] = (results[0] ?? []) as readonly { readonly xid: string | null }[];
  return mark === summary?.xid;
}
