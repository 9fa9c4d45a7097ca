import { mkdir } from 'node:fs/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { overflowOf, seriousFaults } from './axe.ts';
import { openPage, startConsole, type ConsoleUnderTest } from './console.ts';

const SCREENS = 'artifacts/screens';
const PASSWORD = 'correct horse';
const LETTERS = /^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/;

const isThere = hasChromium();
let service: ConsoleUnderTest;
let phone: Page;
let phoneContext: BrowserContext;
beforeAll(async () => {
  if (!isThere) return;
  service = await startConsole({ CUEPOINT_ACCOUNTS: 'on' });
  phoneContext = await service.browser.newContext({ viewport: { width: 360, height: 780 } });
  await mkdir(SCREENS, { recursive: true });
});
afterAll(() => service?.close());

async function expectUsable(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${SCREENS}/${name}.png`, fullPage: true });
  expect([name, await seriousFaults(page)]).toEqual([name, []]);
  expect([name, await overflowOf(page)]).toEqual([name, 0]);
}

async function openTv(): Promise<{ readonly tv: Page; readonly letters: string }> {
  const context = await service.browser.newContext({ viewport: { width: 1_280, height: 720 } });
  const tv = await openPage(context, `${service.address}/tv`);
  const letters = await shownBy(tv);
  return { tv, letters };
}

async function shownBy(tv: Page): Promise<string> {
  await tv.locator('.tv-letters').filter({ hasText: '-' }).waitFor();
  return (await tv.locator('.tv-letters').textContent()) ?? '';
}

/** A poll each 5 s, and one that fails while the service restarts. */
const SIGNED_IN = { timeout: 60_000 };

describe.skipIf(!isThere)('a household', { timeout: 240_000 }, () => {
  it('[ACC1] begins by the link of the terminal, by keyboard alone, at 360 px', async () => {
    expect(service.setUpLink()).toMatch(/\/set-up#code=[\w-]{43}$/);
    phone = await openPage(phoneContext, service.setUpLink());
    await phone.getByLabel('Name').waitFor();
    // Neither the history nor a screenshot keeps the code.
    expect(phone.url()).toBe(`${service.address}/set-up`);
    await expectUsable(phone, 'set-up-phone');
    await phone.getByLabel('Name').focus();
    await phone.keyboard.type('Anna');
    await phone.keyboard.press('Tab');
    await phone.keyboard.type(PASSWORD);
    await phone.keyboard.press('Enter');
    await phone.getByText('Signed in as Anna').waitFor();
    await phone.getByText('this browser').waitFor();
    expect((await phoneContext.cookies(`${service.address}/api/v1/account`))[0]).toMatchObject({
      httpOnly: true,
      sameSite: 'Strict',
    });
    expect(await phone.evaluate(() => document.cookie)).toBe('');
    await expectUsable(phone, 'account-phone');
  });

  it('[ACC3] signs a TV in by its QR code, over a restart between code and confirmation, and signs it out by one click', async () => {
    const { tv, letters } = await openTv();
    expect(letters).toMatch(LETTERS);
    await expectUsable(tv, 'tv-code');
    const qr = tv.getByRole('img', { name: 'A code for the camera of a phone' });
    expect(await qr.getAttribute('src')).toContain('svg');

    await service.killAndRestart();
    await phone.goto(`${service.address}/link#code=${letters}`);
    await phone.getByRole('button', { name: 'Go on' }).click();
    await phone.getByText(`shows ${letters}`).waitFor();
    await phone.getByRole('radio', { name: 'Anna' }).check();
    await expectUsable(phone, 'link-phone');
    await phone.getByRole('button', { name: 'Sign it in' }).click();
    await phone.getByText('is signed in.').waitFor();

    await tv.getByText('It is signed in.').waitFor(SIGNED_IN);
    await tv.getByText('Online').waitFor(SIGNED_IN);
    // What another screen of the profile adds is there.
    const added = await phone.evaluate(async () => {
      const ask = async (path: string, init: RequestInit) => fetch(`/api/v1${path}`, init);
      const account = await (await ask('/account', {})).json();
      const { token } = await (
        await ask('/account/token', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ userId: account.person.profiles[0].userId }),
        })
      ).json();
      const headers = { authorization: `Bearer ${token}` };
      return (await ask('/watchlist/film:metropolis', { method: 'PUT', headers })).status;
    });
    expect(added).toBe(201);
    await tv.getByText('film:metropolis').waitFor();
    await expectUsable(tv, 'tv-signed-in');

    await phone.getByRole('link', { name: 'Account', exact: true }).click();
    await phone.getByText('for Anna, last used').waitFor();
    await expectUsable(phone, 'account-with-tv-phone');
    await phone.getByRole('button', { name: /^Sign out The screen/ }).click();
    await phone.getByText('for Anna, last used').waitFor({ state: 'detached' });
    const next = await shownBy(tv);
    expect(next).toMatch(LETTERS);
    expect(next).not.toBe(letters);
  });

  it('[ACC3] a screen that nobody knows is turned away, and shows its next code', async () => {
    const { tv, letters } = await openTv();
    await phone.goto(`${service.address}/link`);
    await phone.getByLabel('The code on the TV').fill(letters.toLowerCase().replace('-', ' '));
    await phone.keyboard.press('Enter');
    await phone.getByRole('button', { name: 'It is not mine' }).click();
    await phone.getByText('was turned away.').waitFor();
    await tv.locator('.tv-letters').filter({ hasNotText: letters }).waitFor(SIGNED_IN);
    await phone.getByRole('button', { name: 'Add another one' }).click();
    await phone.getByLabel('The code on the TV').fill(letters);
    await phone.getByRole('button', { name: 'Go on' }).click();
    const refusal = phone.getByRole('alert').filter({ hasText: 'No screen waits' });
    await refusal.waitFor();
    expect(await refusal.count()).toBe(1);
  });

  it('[ACC2] signs in again with the password, and says what is wrong', async () => {
    await phone.goto(service.address);
    expect(new URL(phone.url()).pathname).toBe('/account');
    await phone.getByLabel('A new profile').fill('Children');
    await phone.getByRole('button', { name: 'Add it' }).click();
    await phone.getByRole('button', { name: 'Delete Children' }).click();
    await phone.getByRole('button', { name: 'Erase Children' }).click();
    await phone.locator('.account-item', { hasText: 'Children' }).waitFor({ state: 'detached' });
    const another = phone.getByRole('region', { name: 'Another person' });
    await another.getByLabel('Name').fill('Ben');
    await another.getByLabel('Password').fill(PASSWORD);
    await another.getByRole('button', { name: 'Add them' }).click();
    await phone.getByText('Added: Ben.').waitFor();
    await phone.getByRole('button', { name: 'Sign out', exact: true }).click();
    await phone.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await phone.getByLabel('Name').fill('anna');
    await phone.getByLabel('Password').fill('wrong horse');
    await phone.keyboard.press('Enter');
    await phone
      .getByRole('alert')
      .filter({ hasText: 'The name or the password is wrong' })
      .waitFor();
    await expectUsable(phone, 'sign-in-phone');
    await phone.getByLabel('Password').fill(PASSWORD);
    await phone.keyboard.press('Enter');
    await phone.getByText('Signed in as Anna').waitFor();
  });
});
