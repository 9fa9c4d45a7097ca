const ELEMENT = /"((?:[^"\\]|\\.)*)"|([^",{}]+)/g;

/** Elements of a PostgreSQL array literal of one dimension, as `array-literal.ts` of the store writes it. */
export function parseArray(literal: unknown): (string | null)[] {
  const elements: (string | null)[] = [];
  for (const [, quoted, plain] of String(literal).matchAll(ELEMENT)) {
    if (quoted !== undefined) elements.push(quoted.replaceAll(/\\(.)/g, '$1'));
    else elements.push(plain === 'null' || plain === undefined ? null : plain);
  }
  return elements;
}

/** Rows of the arrays that `unnest` would join. */
export function unnest(arrays: readonly unknown[]): (string | null)[][] {
  const columns = arrays.map(parseArray);
  return Array.from({ length: columns[0]?.length ?? 0 }, (_, row) =>
    columns.map((column) => column[row] ?? null),
  );
}
