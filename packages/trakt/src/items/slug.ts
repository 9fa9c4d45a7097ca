const SLUG = /-cp([1-9]\d{0,9})$/;
const TITLE_LENGTH_MAX = 80;
const INTEGER_MAX = 2 ** 31 - 1;

/**
 * What addresses of films and shows end in: words for people, and the number that counts. It goes on meaning the same when a
 * title is written in another way later, and no two works have the same. [TRK2]
 */
export function slugOf(
  number: number,
  { title, year }: { readonly title?: string | undefined; readonly year?: number | undefined },
): string {
  const words = wordsOf(title ?? '').slice(0, TITLE_LENGTH_MAX);
  return [words, year, `cp${number}`].filter((part) => part !== '' && part !== undefined).join('-');
}

/** The number in a slug of {@link slugOf}; undefined for any other text. */
export function numberOfSlug(slug: string): number | undefined {
  const number = Number(SLUG.exec(`-${slug}`)?.[1]);
  return isNumber(number) ? number : undefined;
}

/** Whether it may be a number of a content. */
export function isNumber(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= INTEGER_MAX;
}

/** Lower case letters and digits with hyphens between, in any script. */
export function wordsOf(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '');
}
