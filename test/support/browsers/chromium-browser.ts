import type { CDPSession, Page } from 'playwright-core';
import { launchBrowser } from '../chromium.ts';
import { pageFunction, type EngineBrowser, type OpenOptions, type Tab } from './browser.ts';

export async function openChromium({ host }: OpenOptions): Promise<EngineBrowser> {
  const browser = await launchBrowser(
    host === undefined ? [] : [`--host-resolver-rules=MAP ${host} 127.0.0.1`],
  );
  const context = await browser.newContext();
  return {
    version: `Chromium ${browser.version()}`,
    async open(url) {
      const page = await context.newPage();
      await page.goto(url);
      return tabOf(page, await context.newCDPSession(page));
    },
    close: () => browser.close(),
  };
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
