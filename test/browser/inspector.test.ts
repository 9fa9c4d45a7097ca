import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { DeviceOnPage, openPage, startConsole, type ConsoleUnderTest } from './console.ts';

const isThere = hasChromium();
let service: ConsoleUnderTest;
beforeAll(async () => {
  if (isThere) service = await startConsole();
});
afterEach(() => service?.closeContexts());
afterAll(() => service?.close());

describe.skipIf(!isThere)('the inspector', () => {
  it('[SEC2] is opened by the link that the service prints, once', async () => {
    const context = await service.browser.newContext();
    const link = service.inspectorLink();
    const page = await openPage(context, `${service.address}/inspector`);
    await page.getByText('unauthenticated').waitFor();
    // The page is open already: the link changes the fragment alone.
    await page.goto(link);
    await page.getByText('There is no tag, and no tombstone.').waitFor();
    await vi.waitUntil(() => service.inspectorLink() !== link);
    const second = await openPage(context, link);
    await second.getByText('forbidden').waitFor();
    await second.goto(service.inspectorLink());
    await second.getByText('There is no tag, and no tombstone.').waitFor();
    expect(second.url()).toBe(`${service.address}/inspector`);
    await context.close();
  });

  it('shows tags, tombstones, registers and devices of a person, and each op as it comes', async () => {
    const context = await service.browser.newContext({ viewport: { width: 1280, height: 900 } });
    const playground = await openPage(context, `${service.address}/`);
    const [tv, phone] = [
      new DeviceOnPage(playground, 'tv'),
      new DeviceOnPage(playground, 'phone'),
    ] as const;
    await tv.untilSynced();
    await tv.add('Fargo');
    await phone.film('Fargo').click();
    await phone.untilSynced();

    const page = await openPage(context, service.inspectorLink());
    expect(page.url()).toBe(`${service.address}/inspector`);
    const watchlist = page.getByRole('region', { name: /^Watchlist/ });
    const removed = watchlist.getByRole('row').filter({ hasText: 'film:fargo-1996' });
    await removed.getByText('tombstone').waitFor();
    const sessions = page.getByRole('region', { name: /^Sessions/ });
    await sessions.getByRole('row').nth(3).waitFor();

    await tv.add('Alien');
    const tail = page.getByRole('region', { name: /^Live tail/ });
    await tail.getByText('film:alien-1979').first().waitFor();
    await tv.play('Alien');
    await tail
      .getByText(/at 0:0\d/)
      .first()
      .waitFor();
    const watching = page.getByRole('region', { name: /^Continue watching/ });
    const listed = watching.getByRole('row').filter({ hasText: 'film:alien-1979' });
    await listed.getByText(/CW3: begun from/).waitFor();
    await listed
      .getByText(/progress/)
      .first()
      .waitFor();
    await page.getByText('There is no play.').waitFor();
    expect([page.complaints, playground.complaints]).toEqual([[], []]);
    await context.close();
  });
});
