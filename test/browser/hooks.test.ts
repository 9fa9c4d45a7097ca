import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jellyfinBody } from '../../packages/hooks/src/testing/sessions.ts';
import { hasChromium } from '../support/chromium.ts';
import { overflowOf, seriousFaults } from './axe.ts';
import { openPage, startConsole, type ConsoleUnderTest } from './console.ts';

const isThere = hasChromium();
let service: ConsoleUnderTest;
let phone: Page;
beforeAll(async () => {
  if (!isThere) return;
  service = await startConsole({ CUEPOINT_ACCOUNTS: 'on' });
  const context = await service.browser.newContext({ viewport: { width: 360, height: 780 } });
  phone = await openPage(context, service.setUpLink());
  await phone.getByLabel('Name').fill('Anna');
  await phone.getByLabel('Password').fill('correct horse');
  await phone.keyboard.press('Enter');
  await phone.getByText('Signed in as Anna').waitFor();
});
afterAll(() => service?.close());

async function expectUsable(): Promise<void> {
  expect(await seriousFaults(phone)).toEqual([]);
  expect(await overflowOf(phone)).toBe(0);
}

async function press(name: string | RegExp): Promise<void> {
  await phone.getByRole('button', { name }).focus();
  await phone.keyboard.press('Enter');
}

describe.skipIf(!isThere)('the media servers of a household', { timeout: 240_000 }, () => {
  it('[HOK1] are set up by keyboard at 360 px: an address, what arrived, who counts, and its end', async () => {
    await press('Make an address');
    const address = await phone.getByLabel('Address', { exact: true }).inputValue();
    expect(address).toMatch(/^http:\/\/[^/]+\/hooks\/jellyfin\/[\w-]{43}$/);
    await expectUsable();
    const report = async (seconds: number) => {
      const body = JSON.stringify(jellyfinBody('PlaybackStop', seconds));
      return (await fetch(address, { method: 'POST', body })).status;
    };
    expect(await report(600)).toBe(204);
    await press('What arrived at Jellyfin');
    await phone.getByText('nothing counts until a user of the server is accepted').waitFor();
    await expectUsable();
    await press('Accept someone');
    await phone.getByText('Counts what is played by').waitFor();
    expect(await report(700)).toBe(204);
    await press('What arrived at Jellyfin');
    await phone.getByText('the place was recorded').waitFor();
    const page = await openPage(phone.context(), `${service.address}/watching`);
    await page.getByText('Made-up Show 1×04').waitFor();
    await page.getByText('11:40').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    await mkdir('artifacts/screens', { recursive: true });
    await page.screenshot({ path: 'artifacts/screens/watching-phone.png', fullPage: true });
    // What is reported while the page is open comes by itself.
    expect(await report(900)).toBe(204);
    await page.getByText('15:00').waitFor();
    await page.close();
    await press('It is pasted');
    await press(/^Revoke Jellyfin$/);
    await press('Revoke Jellyfin for good');
    await phone.getByText('Counts what is played by').waitFor({ state: 'detached' });
    expect(await report(800)).toBe(404);
    await expectUsable();
  });
});
