import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildClient } from '../../scripts/build-client.mjs';
import { ROOT } from '../architecture/source-files.ts';
import { hasChromium } from '../support/chromium.ts';
import { openPage, startConsole, type ConsoleUnderTest } from './console.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
};
const CLIP = path.join(ROOT, 'apps/console/public/clip.webm');

const isThere = hasChromium();
let files: Server;
let service: ConsoleUnderTest;
let url: string;
beforeAll(async () => {
  if (!isThere) return;
  await buildClient();
  files = createServer(({ url: asked = '/' }, answer) => void sendFile(asked, answer));
  await new Promise<void>((resolve) => {
    files.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
  service = await startConsole({ CUEPOINT_CORS_ORIGINS: origin });
  url = `${origin}/examples/video.html?service=${service.address}`;
});
afterAll(async () => {
  await service?.close();
  files?.closeAllConnections();
  files?.close();
});

/** As any server of static files, from the repository's root. */
async function sendFile(asked: string, answer: ServerResponse): Promise<void> {
  const file = path.join(ROOT, path.normalize(new URL(asked, 'http://files').pathname));
  const bytes = await readFile(file).catch(() => undefined);
  answer.writeHead(bytes === undefined ? 404 : 200, {
    'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
  });
  answer.end(bytes);
}

/** Another person's browser, as far as this one is concerned: another profile. */
async function openExample(): Promise<Page> {
  const context = await service.browser.newContext();
  // The example talks to a service at another address, and that is its point.
  const page = await openPage(context, url);
  await page.getByText('Online, everything is saved.').waitFor();
  await page.getByLabel('A video file').setInputFiles(CLIP);
  return page;
}

describe.skipIf(!isThere)('the example page', () => {
  it('[SDK7] plays a file here, and there from where it was', async () => {
    const [here, there] = [await openExample(), await openExample()];
    await here.locator('video').evaluate(async (video: HTMLVideoElement) => {
      video.muted = true;
      video.currentTime = 30;
      await video.play();
    });
    await there.getByText(/is at 3\d s\./).waitFor();
    await there.getByRole('button', { name: 'Go on there' }).click();
    const position = await there
      .locator('video')
      .evaluate((video: HTMLVideoElement) => video.currentTime);
    expect(position).toBeGreaterThanOrEqual(30);
  });
});
