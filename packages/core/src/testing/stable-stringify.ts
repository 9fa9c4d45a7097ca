/**
 * JSON in which keys are sorted, so that equal values have equal text.
 *
 * @param replacer leaves a key out by giving `undefined` for it, before keys are sorted.
 */
export function stableStringify(
  value: unknown,
  replacer: (key: string, value: unknown) => unknown = (_, kept) => kept,
): string {
  return JSON.stringify(value, (key, inside: unknown) => sorted(replacer(key, inside)));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
}
