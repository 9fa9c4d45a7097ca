/** What a body may hold is anything: each of these takes it, and gives nothing where it is something else. */

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An empty text is none: templates leave one where they know nothing. A NUL and half of a surrogate pair are no text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return undefined;
  const trimmed = value
    .replaceAll('\u0000', '')
    .replaceAll(/\p{Cs}/gu, '')
    .trim();
  return trimmed === '' ? undefined : trimmed;
}

/** Also as text, as in templates and forms. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  const text = textOf(value);
  if (text === undefined) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** A whole number from 0 on. */
export function countOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** An id that is a number. */
export function idOf(value: unknown): number | undefined {
  const number = countOf(value);
  return number === 0 ? undefined : number;
}

/** `True` and `False` come as text through a template. */
export function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = textOf(value)?.toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** In ms since the epoch; of a time without a zone nothing, since nobody says where its clock stands. */
export function instantOf(value: unknown): number | undefined {
  const text = textOf(value);
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/i.test(text)) {
    return undefined;
  }
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

export function imdbOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text !== undefined && /^tt\d{1,12}$/.test(text) ? text : undefined;
}

/** Without the fields that are not there. */
export function defined<Given extends object>(
  given: Given,
): { [Key in keyof Given]?: Exclude<Given[Key], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Given]?: Exclude<Given[Key], undefined>;
  };
}
