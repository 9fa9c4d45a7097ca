import { expect, it } from 'vitest';
import { pageOf, pagesBeside } from './pages.ts';

it.each([
  ['/', 'Playground'],
  ['/inspector', 'Inspector'],
  ['/inspector/', 'Inspector'],
  ['/health', 'Health'],
  ['/watching', 'Watching'],
  ['/account', 'Account'],
  ['/link', 'Add a TV'],
  ['/set-up', 'Set up'],
  ['/tv', 'This screen'],
  ['/inspector/users', undefined],
  ['/Health', undefined],
])('the path %s is the page %s', (pathname, title) => {
  expect(pageOf(pathname)?.title).toBe(title);
});

it('the bar of people has no page of developers, nor the other way round', () => {
  const titlesBeside = (path: string) => pagesBeside(pageOf(path)).map(({ title }) => title);
  expect(titlesBeside('/link')).toEqual(['Watching', 'Account', 'Add a TV']);
  expect(titlesBeside('/tv')).toEqual(['Watching', 'Account', 'Add a TV']);
  expect(titlesBeside('/health')).toEqual(['Playground', 'Inspector', 'Health']);
  expect(titlesBeside('/nothing')).toEqual(['Playground', 'Inspector', 'Health']);
});
