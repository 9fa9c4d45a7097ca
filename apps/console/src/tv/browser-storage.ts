import type { ScreenStorage } from './screen-session.ts';

const TOKEN = 'cuepoint.screen.refresh';

export const screenStorage: ScreenStorage = {
  readRefreshToken: () => localStorage.getItem(TOKEN) ?? undefined,
  writeRefreshToken(token) {
    if (token === undefined) localStorage.removeItem(TOKEN);
    else localStorage.setItem(TOKEN, token);
  },
};
