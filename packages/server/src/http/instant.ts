/** RFC 3339, UTC, in ms. Any timestamp of 48 bits is a valid date. */
export function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
