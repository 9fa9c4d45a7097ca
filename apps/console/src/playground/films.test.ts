import { expect, it, vi } from 'vitest';

vi.mock('virtual:films', () => ({ default: [{ title: 'The Birds', year: '1963' }] }));
const { contentOfTitle, titleOf } = await import('./films.ts');

it.each([
  ['the birds', 'film:the-birds-1963', 'The Birds'],
  ['Metropolis', 'film:metropolis', 'Metropolis'],
  [' Städtefilm,  Teil 2 ', 'film:städtefilm-teil-2', 'Städtefilm Teil 2'],
])('the film %j can be put on the list', (text, contentId, title) => {
  expect(contentOfTitle(text)).toBe(contentId);
  expect(titleOf(contentId)).toBe(title);
});

it('a content that is no film is shown by its id, and what has no letter is no title', () => {
  expect(titleOf('tmdb:movie:19')).toBe('tmdb:movie:19');
  expect(contentOfTitle(' … ')).toBeUndefined();
  expect(titleOf('series:kiln-street')).toBe('Kiln Street');
  expect(titleOf('series:kiln-street:s1e2')).toBe('Kiln Street, S1 E2: Glaze');
});
