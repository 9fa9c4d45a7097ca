import { useSyncExternalStore } from 'react';

const DARK = '(prefers-color-scheme: dark)';

/** `dark` or `light`, as the reader has it now: what is drawn on a canvas is drawn anew when it changes. */
export function useColorScheme(): 'dark' | 'light' {
  return useSyncExternalStore(subscribe, () => (matchMedia(DARK).matches ? 'dark' : 'light'));
}

function subscribe(onChange: () => void): () => void {
  const query = matchMedia(DARK);
  query.addEventListener('change', onChange);
  return () => query.removeEventListener('change', onChange);
}

/** The value of a custom property of the theme, such as `--line`. */
export function themeColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
