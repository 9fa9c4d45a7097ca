/** `YYYY-MM-DDTHH:MM:SS.000Z`: one importer reads this form alone. @param ms since the epoch. */
export function traktDate(ms: number): string {
  return new Date(ms).toISOString();
}
