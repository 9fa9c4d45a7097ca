import { expect, it } from 'vitest';
import { titleOfContent, type Described } from './title-of-content.ts';

const KNOWN: Record<string, Described> = {
  film: { title: 'Made-up', year: 2001 },
  untimed: { title: 'Made-up' },
  show: { title: 'Made-up Show' },
  four: { title: 'Four', seriesId: 'show', season: 1, episode: 4 },
  five: { seriesId: 'show', season: 1, episode: 5 },
  lone: { title: 'Six', season: 0, episode: 12 },
};

it.each([
  ['film', 'Made-up (2001)'],
  ['untimed', 'Made-up'],
  ['four', 'Made-up Show 1×04 · Four'],
  ['five', 'Made-up Show 1×05'],
  ['lone', 'lone 0×12 · Six'],
  ['tmdb:movie:1', 'tmdb:movie:1'],
])('%s is called %s', (contentId, title) => {
  expect(titleOfContent(contentId, (id) => KNOWN[id])).toBe(title);
});
