import type { Description } from './viewer.ts';

/**
 * The series of a content; the content itself where it is in none, or in one that is in another or in itself. The group of a
 * group is always itself.
 */
export function groupOf(id: string, describe: Description): string {
  const contentId = describe.canonical(id);
  const seriesId = seriesOf(contentId, describe);
  return seriesId === undefined || seriesOf(seriesId, describe) !== undefined
    ? contentId
    : seriesId;
}

function seriesOf(contentId: string, describe: Description): string | undefined {
  const { type, seriesId } = describe.facts(contentId) ?? {};
  return seriesId === undefined || type === 'series' ? undefined : describe.canonical(seriesId);
}
