/**
 * PostgreSQL array literals for `unnest($1::type[], …)`.
 *
 * Both drivers pass a string parameter through as it is; their own array encoders look at every
 * element's type and cost a fifth of a batch.
 */

/** For numbers, booleans, UUIDs and null: none of them needs quoting. */
export function plainArray(values: readonly (string | number | boolean | null)[]): string {
  return `{${values.map((value) => value ?? 'null').join(',')}}`;
}

/** For any text: quoted, with quotes and backslashes escaped. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'null' : quoteElement(value))).join(',')}}`;
}

const NEEDS_ESCAPE = /["\\]/;

function quoteElement(value: string): string {
  return NEEDS_ESCAPE.test(value) ? `"${value.replaceAll(/["\\]/g, '\\$&')}"` : `"${value}"`;
}
