import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { openPlayground, startConsole, type ConsoleUnderTest } from './console.ts';

const isThere = hasChromium();
let service: ConsoleUnderTest;
beforeAll(async () => {
  if (isThere) service = await startConsole();
});
afterEach(() => service?.closeContexts());
afterAll(() => service?.close());

async function openSeries() {
  const playground = await openPlayground(service);
  for (const { card } of [playground.tv, playground.phone]) {
    await card.getByText('The Long Ferry', { exact: true }).click();
  }
  return playground;
}

describe.skipIf(!isThere)('a series on two screens', () => {
  it('[CLM5] [CW1] [PLY3] goes on by itself, is seen on both, and is in the history', async () => {
    const { page, tv, phone } = await openSeries();
    await tv.play('The Long Ferry, S1 E1: Slack Water');
    await tv.video().evaluate((video: HTMLVideoElement) => {
      video.currentTime = 119;
    });
    await phone.button(/^Resume The Long Ferry, S1 E2: The Purser at/).waitFor();
    expect(await phone.button('Take away The Long Ferry').count()).toBe(1);
    const seen = phone.button('Seen The Long Ferry, S1 E1: Slack Water');
    await expect.poll(() => seen.getAttribute('aria-pressed')).toBe('true');

    await phone.card.getByText('History', { exact: true }).click();
    const viewing = 'Remove the viewing of The Long Ferry, S1 E1: Slack Water';
    await phone.button(viewing).click();
    await phone.button(viewing).waitFor({ state: 'detached' });
    // What was seen stays seen. [PLY4]
    expect(await seen.getAttribute('aria-pressed')).toBe('true');
    expect(page.complaints).toEqual([]);
  });

  it('[REG1] has one rating and one heart', async () => {
    const { tv, phone } = await openSeries();
    await tv.card.getByLabel('Rating of The Long Ferry').selectOption('9');
    await expect
      .poll(() => phone.card.getByLabel('Rating of The Long Ferry').inputValue())
      .toBe('9');
    await phone.button('Favourite The Long Ferry').click();
    await expect
      .poll(() => tv.button('Favourite The Long Ferry').getAttribute('aria-pressed'))
      .toBe('true');
  });

  it('[CW4] [CW5] shows the next episode on every screen, takes it away on all, and brings it back', async () => {
    const { page, tv, phone } = await openSeries();
    await tv.button('Seen The Long Ferry, S1 E1: Slack Water').click();
    await phone.button('Begin The Long Ferry, S1 E2: The Purser').waitFor();

    await phone.button('Take away The Long Ferry').click();
    await tv.button('Take away The Long Ferry').waitFor({ state: 'detached' });
    await phone.card.getByText('Outbox, cursor and reasons').click();
    await phone.card.getByText('not shown, dismissed (CW4)').waitFor();
    await phone.button('Bring it back').click();
    await tv.button('Begin The Long Ferry, S1 E2: The Purser').waitFor();

    await tv.button('Begin The Long Ferry anew').click();
    await phone.button('Begin The Long Ferry, S1 E1: Slack Water').waitFor();
    expect(page.complaints).toEqual([]);
  });
});
