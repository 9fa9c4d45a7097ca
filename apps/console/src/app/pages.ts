import { lazy, type ComponentType } from 'react';

export interface Page {
  readonly path: string;
  readonly title: string;
  /** Whose bar it stands in; a page of nobody's is reached by its address. */
  readonly audience?: Audience;
  readonly Content: ComponentType;
}

/** Developers and operators, or the people of a household. */
export type Audience = 'developers' | 'people';

/** Each page is loaded when it is first opened. The service answers these paths with the same file. */
export const PAGES: readonly Page[] = [
  {
    path: '/',
    title: 'Playground',
    audience: 'developers',
    Content: lazy(() => import('../playground/playground-page.tsx')),
  },
  {
    path: '/inspector',
    title: 'Inspector',
    audience: 'developers',
    Content: lazy(() => import('../inspector/inspector-page.tsx')),
  },
  {
    path: '/health',
    title: 'Health',
    audience: 'developers',
    Content: lazy(() => import('../health/health-page.tsx')),
  },
  {
    path: '/watching',
    title: 'Watching',
    audience: 'people',
    Content: lazy(() => import('../watching/watching-page.tsx')),
  },
  {
    path: '/account',
    title: 'Account',
    audience: 'people',
    Content: lazy(() => import('../account/account-page.tsx')),
  },
  {
    path: '/link',
    title: 'Add a TV',
    audience: 'people',
    Content: lazy(() => import('../account/link-page.tsx')),
  },
  {
    path: '/set-up',
    title: 'Set up',
    Content: lazy(() => import('../account/set-up-page.tsx')),
  },
  { path: '/tv', title: 'This screen', Content: lazy(() => import('../tv/tv-page.tsx')) },
];

/** @param pathname of the address; a slash at its end changes nothing. */
export function pageOf(pathname: string): Page | undefined {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname;
  return PAGES.find((page) => page.path === path);
}

/** What the bar above a page shows. */
export function pagesBeside(page: Page | undefined): readonly Page[] {
  const isOfPeople = page !== undefined && page.audience !== 'developers';
  const audience = isOfPeople ? 'people' : 'developers';
  return PAGES.filter((each) => each.audience === audience);
}
