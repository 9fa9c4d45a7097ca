import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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

    const page = await openPage(context, `${service.address}/inspector`);
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
    expect([page.complaints, playground.complaints]).toEqual([[], []]);
    await context.close();
  });
});
