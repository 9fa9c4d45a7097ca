import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import {
  DeviceOnPage,
  openPage,
  openPlayground,
  startConsole,
  type ConsoleUnderTest,
} from './console.ts';

const isThere = hasChromium();
let service: ConsoleUnderTest;
beforeAll(async () => {
  if (isThere) service = await startConsole();
});
afterEach(() => service?.closeContexts());
afterAll(() => service?.close());

describe.skipIf(!isThere)('the playground', () => {
  it('tells its story: add, go offline, conflict, agree, hand over, and survive a kill', async () => {
    const { context, page, tv, phone, browser } = await openPlayground(service);

    await phone.add('Casablanca');
    await tv.film('Casablanca').waitFor();
    await browser.film('Casablanca').waitFor();

    // Both are away: the TV removes what it knows, the phone removes and adds it anew.
    await tv.setNetwork(false);
    await phone.setNetwork(false);
    await tv.untilStatus('Offline');
    await phone.untilStatus('Offline');
    await tv.film('Casablanca').click();
    await tv.add('Alien');
    await phone.film('Casablanca').click();
    await phone.add('Casablanca');
    await phone.untilStatus('2 changes wait');
    await tv.setNetwork(true);
    await tv.untilSynced();
    await browser.film('Casablanca').waitFor({ state: 'detached' });
    await phone.setNetwork(true);
    for (const device of [tv, phone, browser]) {
      await device.film('Casablanca').waitFor();
      await device.film('Alien').waitFor();
      await device.untilSynced();
    }

    await tv.play('Alien');
    await tv.button('To Phone').click();
    await phone.untilPlaying();
    await tv.video().waitFor({ state: 'detached' });

    await service.killAndRestart();
    await tv.untilSynced();
    await phone.add('Fargo');
    await tv.film('Fargo').waitFor();
    for (const title of ['Casablanca', 'Alien', 'Fargo']) await browser.film(title).waitFor();
    expect(page.complaints).toEqual([]);
    await context.close();
  });

  it('[SDK3] lets clocks of 1970 and 2099 neither win nor lose', async () => {
    const { context, tv, phone, browser } = await openPlayground(service);
    await tv.setClock(0);
    await phone.setClock(8);
    await browser.add('Fargo');
    await tv.film('Fargo').waitFor();
    await tv.film('Fargo').click();
    await phone.film('Fargo').waitFor({ state: 'detached' });
    await phone.add('Fargo');
    await tv.film('Fargo').waitFor();
    await tv.film('Fargo').click();
    for (const device of [tv, phone, browser]) {
      await device.film('Fargo').waitFor({ state: 'detached' });
      await device.untilSynced();
      expect(await device.card.getByText('refused').count()).toBe(0);
    }
    await context.close();
  });

  it('[SDK2] keeps a change that was not sent over a reload, and over a tab that is killed', async () => {
    const { context, page, phone } = await openPlayground(service);
    await phone.setNetwork(false);
    await phone.add('Memento');
    await phone.untilStatus('1 change waits');
    await phone.untilStored(1);
    await page.reload();
    await phone.untilStatus('1 change waits');
    await phone.film('Memento').waitFor();
    await phone.add('Alien');
    await phone.untilStatus('2 changes wait');
    await phone.untilStored(2);
    const session = await context.newCDPSession(page);
    session.send('Page.crash').catch(() => undefined);
    await page.waitForEvent('crash');

    const next = await openPage(context, `${service.address}/`);
    const [phoneAgain, tvAgain] = [new DeviceOnPage(next, 'phone'), new DeviceOnPage(next, 'tv')];
    await phoneAgain.untilStatus('2 changes wait');
    for (const title of ['Memento', 'Alien']) expect(await tvAgain.film(title).count()).toBe(0);
    await phoneAgain.setNetwork(true);
    await phoneAgain.untilSynced();
    for (const title of ['Memento', 'Alien']) await tvAgain.film(title).waitFor();
    await context.close();
  });

  it('moves no button when a change is acknowledged: a finger may be on it', async () => {
    const { context, page, tv } = await openPlayground(service);
    await page.setViewportSize({ width: 360, height: 900 });
    await tv.add('Casablanca');
    await tv.untilSynced();
    await tv.setNetwork(false);
    await tv.add('The Lord of the Rings: The Fellowship of the Ring');
    await tv.untilStatus('1 change waits');
    const waiting = await tv.depthOf('Play Casablanca');
    await tv.setNetwork(true);
    await tv.untilSynced();
    expect(await tv.depthOf('Play Casablanca')).toBe(waiting);
    await context.close();
  });

  it("[SDK5] follows the browser's own network switch", async () => {
    const { context, phone, tv } = await openPlayground(service);
    await context.setOffline(true);
    await phone.add('Gladiator');
    await phone.film('Gladiator').waitFor();
    expect(await tv.film('Gladiator').count()).toBe(0);
    await context.setOffline(false);
    await phone.untilSynced();
    await tv.film('Gladiator').waitFor();
    await context.close();
  });

  it('[SDK6] has one connection a device in two tabs, and one outbox', async () => {
    const { context, page, phone } = await openPlayground(service);
    const second = await openPage(context, `${service.address}/`);
    const phoneThere = new DeviceOnPage(second, 'phone');
    await phoneThere.untilSynced();
    await phoneThere.add('Inception');
    await phone.film('Inception').waitFor();
    // Those of the tests before it may still be closing.
    await vi.waitFor(async () => {
      const metrics = await (await fetch(`${service.address}/metrics`)).text();
      expect(/^cuepoint_sockets (\d+)$/m.exec(metrics)?.[1]).toBe('3');
    }, 10_000);

    // The first tab led; the second takes over.
    await page.close();
    await phoneThere.add('Toy Story');
    await phoneThere.untilSynced();
    await new DeviceOnPage(second, 'tv').film('Toy Story').waitFor();
    await context.close();
  });

  it('[SDK7] reports where a real video is, and resumes there', async () => {
    const { context, page, tv, phone } = await openPlayground(service);
    await tv.add('Memento');
    await tv.play('Memento');
    await tv.video().evaluate((video: HTMLVideoElement) => {
      video.currentTime = 42;
    });
    await phone.button(/Resume Memento at 0:4[2-9]/).waitFor();
    await tv.video().evaluate((video: HTMLVideoElement) => video.pause());
    await tv.untilSynced();
    await page.reload();
    await tv.untilSynced();
    await tv.button(/Resume Memento/).click();
    await tv.untilPlaying();
    expect(await tv.position()).toBeGreaterThan(41);
    await context.close();
  });
});
