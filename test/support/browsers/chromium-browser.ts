import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import { launchBrowser, launchProfile } from '../chromium.ts';
import { killAll, pageProcesses } from './page-processes.ts';
import {
  pageFunction,
  type EngineBrowser,
  type OpenOptions,
  type Refusal,
  type Tab,
} from './browser.ts';

const REFUSALS: Readonly<Record<Refusal, object>> = {
  'third parties': { cookie_controls_mode: 1, block_third_party_cookies: true },
  everybody: { default_content_setting_values: { cookies: 2 } },
};

export async function openChromium({
  host,
  profile,
  refuses,
}: OpenOptions): Promise<EngineBrowser> {
  const args = host === undefined ? [] : [`--host-resolver-rules=MAP ${host} 127.0.0.1`];
  if (profile !== undefined) {
    if (refuses !== undefined) {
      await mkdir(path.join(profile, 'Default'), { recursive: true });
      const preferences = { profile: REFUSALS[refuses] };
      await writeFile(path.join(profile, 'Default/Preferences'), JSON.stringify(preferences));
    }
    const context = await launchProfile(profile, args);
    return {
      version: `Chromium ${context.browser()?.version()}`,
      open: (url) => openTab(context, url),
      close: () => context.close(),
      async kill() {
        killAll(await pageProcesses(process.pid, `--user-data-dir=${profile}`));
        await context.close().catch(() => undefined);
      },
    };
  }
  const browser = await launchBrowser(args);
  const context = await browser.newContext();
  return {
    version: `Chromium ${browser.version()}`,
    open: (url) => openTab(context, url),
    close: () => browser.close(),
    kill: () => Promise.reject(new Error('Without a profile nothing of it is kept.')),
  };
}

async function openTab(context: BrowserContext, url: string): Promise<Tab> {
  const page = await context.newPage();
  await page.goto(url);
  return tabOf(page, await context.newCDPSession(page));
}

function tabOf(page: Page, devtools: CDPSession): Tab {
  return {
    goto: async (url) => void (await page.goto(url)),
    async run(body, ...args) {
      const call = `(${pageFunction(body)})(${JSON.stringify(JSON.stringify(args))})`;
      // Not by `page.evaluate`: its own code in the page does not run in an older engine.
      const { result, exceptionDetails } = await devtools.send('Runtime.evaluate', {
        expression: call,
        awaitPromise: true,
        returnByValue: true,
        userGesture: true,
      });
      if (exceptionDetails !== undefined) {
        throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      }
      return JSON.parse(result.value as string);
    },
    reload: async () => void (await page.reload()),
    // As a person does: the page hears of it.
    close: () => page.close({ runBeforeUnload: true }),
    async kill() {
      const session = await page.context().newCDPSession(page);
      const crashed = page.waitForEvent('crash');
      // Nobody answers.
      session.send('Page.crash').catch(() => undefined);
      await crashed;
    },
  };
}
