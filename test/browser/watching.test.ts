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

async function openScreens() {
  const context = await service.browser.newContext({ viewport: { width: 1280, height: 1000 } });
  const page = await openPage(context, `${service.address}/`);
  const [tv, phone] = [new DeviceOnPage(page, 'tv'), new DeviceOnPage(page, 'phone')];
  for (const screen of [tv, phone]) {
    await screen.untilSynced();
    await screen.card.getByText('The Long Ferry', { exact: true }).click();
  }
  return { page, tv, phone };
}

const button = ({ card }: DeviceOnPage, name: string | RegExp) =>
  card.getByRole('button', { name, exact: typeof name === 'string' });

describe.skipIf(!isThere)('a series on two screens', () => {
  it('[CLM5] [CW1] [PLY3] goes on by itself, is seen on both, and is in the history', async () => {
    const { page, tv, phone } = await openScreens();
    await tv.play('The Long Ferry, S1 E1: Slack Water');
    await tv.video().evaluate((video: HTMLVideoElement) => {
      video.currentTime = 119;
    });
    await button(phone, /^Resume The Long Ferry, S1 E2: The Purser at/).waitFor();
    expect(await button(phone, 'Take The Long Ferry away').count()).toBe(1);
    const seen = button(phone, 'Seen The Long Ferry, S1 E1: Slack Water');
    await expect.poll(() => seen.getAttribute('aria-pressed')).toBe('true');

    await phone.card.getByText('History', { exact: true }).click();
    const viewing = 'Remove the viewing of The Long Ferry, S1 E1: Slack Water';
    await button(phone, viewing).click();
    await button(phone, viewing).waitFor({ state: 'detached' });
    // What was seen stays seen. [PLY4]
    expect(await seen.getAttribute('aria-pressed')).toBe('true');
    expect(page.complaints).toEqual([]);
  });

  it('[REG1] has one rating and one heart', async () => {
    const { tv, phone } = await openScreens();
    await tv.card.getByLabel('Rating of The Long Ferry').selectOption('9');
    await expect
      .poll(() => phone.card.getByLabel('Rating of The Long Ferry').inputValue())
      .toBe('9');
    await button(phone, 'Favourite The Long Ferry').click();
    await expect
      .poll(() => button(tv, 'Favourite The Long Ferry').getAttribute('aria-pressed'))
      .toBe('true');
  });
});
