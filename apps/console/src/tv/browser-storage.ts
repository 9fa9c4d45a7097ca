import type { ScreenStorage } from './screen-session.ts';

const TOKEN = 'cuepoint.screen.refresh';
const DEVICE = 'cuepoint.screen.device';

export const screenStorage: ScreenStorage = {
  readRefreshToken: () => localStorage.getItem(TOKEN) ?? undefined,
  writeRefreshToken(token) {
    if (token === undefined) localStorage.removeItem(TOKEN);
    else localStorage.setItem(TOKEN, token);
  },
};

/** The id of this screen: made once, kept with the browser's data. */
export function screenId(): string {
  const known = localStorage.getItem(DEVICE);
  if (known !== null) return known;
  // Pages over plain HTTP have no `randomUUID`.
  const random = crypto.getRandomValues(new Uint8Array(16));
  const id = `screen-${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  localStorage.setItem(DEVICE, id);
  return id;
}
