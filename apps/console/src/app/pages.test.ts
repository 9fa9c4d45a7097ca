import { expect, it } from 'vitest';
import { pageOf } from './pages.ts';

it.each([
  ['/', 'Playground'],
  ['/inspector', 'Inspector'],
  ['/inspector/', 'Inspector'],
  ['/health', 'Health'],
  ['/inspector/users', undefined],
  ['/Health', undefined],
])('the path %s is the page %s', (pathname, title) => {
  expect(pageOf(pathname)?.title).toBe(title);
});
