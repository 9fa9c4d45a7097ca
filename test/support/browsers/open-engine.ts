import { openChromium } from './chromium-browser.ts';
import type { EngineBrowser, EngineName } from './browser.ts';
import { openFirefox } from './firefox-browser.ts';
import { openWebKit } from './webkit-browser.ts';

const OPENERS: Readonly<Record<EngineName, () => Promise<EngineBrowser>>> = {
  Chromium: openChromium,
  Firefox: openFirefox,
  WebKit: openWebKit,
};

export const ENGINES = Object.keys(OPENERS) as readonly EngineName[];

/** Debian's own browsers; the tests download none. */
export function openEngine(engine: EngineName): Promise<EngineBrowser> {
  return OPENERS[engine]();
}
