import { openChromium } from './chromium-browser.ts';
import type { EngineBrowser, EngineName, OpenOptions } from './browser.ts';
import { openFirefox } from './firefox-browser.ts';
import { openWebKit } from './webkit-browser.ts';

const OPENERS: Readonly<Record<EngineName, (options: OpenOptions) => Promise<EngineBrowser>>> = {
  Chromium: openChromium,
  Firefox: openFirefox,
  WebKit: openWebKit,
};

export const ENGINES = Object.keys(OPENERS) as readonly EngineName[];

/** Debian's own browsers; the tests download none. */
export function openEngine(engine: EngineName, options: OpenOptions = {}): Promise<EngineBrowser> {
  return OPENERS[engine](options);
}
