import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { overflowOf, seriousFaults } from './axe.ts';
import { DeviceOnPage, openPage, startConsole, type ConsoleUnderTest } from './console.ts';

const SCREENS = 'artifacts/screens';
const PAGES = ['playground', 'inspector', 'health'] as const;
/** What has to be there before a page is looked at. */
const SEEN = {
  playground: (page: Page) => page.locator('video').waitFor(),
  inspector: (page: Page) => page.getByText('film:casablanca-1941').first().waitFor(),
  health: (page: Page) => page.locator('.chart-card').filter({ hasText: /\d/ }).first().waitFor(),
} as const satisfies Record<(typeof PAGES)[number], (page: Page) => Promise<void>>;
const WIDTHS = { phone: 360, desktop: 1280 } as const;

const isThere = hasChromium();
let service: ConsoleUnderTest;
beforeAll(async () => {
  if (!isThere) return;
  service = await startConsole();
  await mkdir(SCREENS, { recursive: true });
});
afterEach(() => service?.closeContexts());
afterAll(() => service?.close());

/** Something to see on each page: a film that plays, one on the list, and a person to inspect. */
async function prepare(page: Page): Promise<void> {
  const tv = new DeviceOnPage(page, 'tv');
  await tv.untilSynced();
  for (const title of ['Casablanca', 'The Lord of the Rings: The Fellowship of the Ring']) {
    await tv.add(title);
    await tv.film(title).waitFor();
  }
  await tv.play('Casablanca');
  await tv.untilSynced();
}

describe.skipIf(!isThere)('the pages of the console', () => {
  it.each(
    (['light', 'dark'] as const).flatMap((scheme) =>
      Object.entries(WIDTHS).map(([name, width]) => ({ scheme, name, width })),
    ),
  )('are usable by everyone: $scheme, $name', async ({ scheme, name, width }) => {
    const context = await service.browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: scheme,
    });
    // Any page takes the link, for the inspector later.
    const page = await openPage(context, service.inspectorLink().replace('/inspector', '/'));
    await prepare(page);
    for (const each of PAGES) {
      if (each !== 'playground') {
        await page.getByRole('link', { name: new RegExp(`^${each}$`, 'i') }).click();
        await page.getByRole('heading', { level: 1 }).waitFor();
        await SEEN[each](page);
      }
      await page.screenshot({ path: `${SCREENS}/${each}-${name}-${scheme}.png`, fullPage: true });
      expect(await seriousFaults(page)).toEqual([]);
      expect([each, await overflowOf(page)]).toEqual([each, 0]);
    }
    expect(page.complaints).toEqual([]);
    await context.close();
  });

  it('say within ten seconds that the service does not answer, and that it does again', async () => {
    const context = await service.browser.newContext();
    const page = await openPage(context, service.inspectorLink());
    const isSaid = page.getByRole('alert').filter({ hasText: 'does not answer' });
    await context.route('**/livez', (route) => route.abort());
    await isSaid.waitFor();
    expect(await isSaid.textContent()).toContain('may be old');
    await context.unroute('**/livez');
    await isSaid.waitFor({ state: 'detached' });
    await context.close();
  });
});
