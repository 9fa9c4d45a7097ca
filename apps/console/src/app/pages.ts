import { lazy, type ComponentType } from 'react';

export interface Page {
  readonly path: string;
  readonly title: string;
  readonly Content: ComponentType;
}

/** Each page is loaded when it is first opened. The service answers these paths with the same file. */
export const PAGES: readonly Page[] = [
  {
    path: '/',
    title: 'Playground',
    Content: lazy(() => import('../playground/playground-page.tsx')),
  },
  {
    path: '/inspector',
    title: 'Inspector',
    Content: lazy(() => import('../inspector/inspector-page.tsx')),
  },
  { path: '/health', title: 'Health', Content: lazy(() => import('../health/health-page.tsx')) },
];

/** @param pathname of the address; a slash at its end changes nothing. */
export function pageOf(pathname: string): Page | undefined {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname;
  return PAGES.find((page) => page.path === path);
}
