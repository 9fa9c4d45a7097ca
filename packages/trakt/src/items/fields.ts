/** Clients send anything: each of these takes it, and gives nothing where it is something else. */

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

const CONTROL = /[\p{Cc}\p{Cs}]/gu;

/** Without what no stored text may hold; undefined where nothing is left. */
export function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.replaceAll(CONTROL, ' ').trim();
  return text === '' ? undefined : text;
}

/** A number, also as text. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A whole number from 0 to 2^53. */
export function countOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** Flags come as `true`, `"true"`, `1` and `"1"`. */
export function isSet(value: unknown): boolean {
  return value === true || value === 1 || value === 'true' || value === '1';
}
