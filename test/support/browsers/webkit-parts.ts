import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { commandOf } from './browser.ts';

export async function findMiniBrowser(): Promise<string> {
  for (const folder of await readdir('/usr/lib')) {
    const [found] = (await readdir(path.join('/usr/lib', folder)).catch(() => []))
      .filter((name) => name.startsWith('webkit2gtk-4'))
      .map((name) => path.join('/usr/lib', folder, name, 'MiniBrowser'));
    if (found !== undefined) return found;
  }
  throw new Error('there is no MiniBrowser');
}

/** A screen that nobody sees. */
export async function startScreen() {
  const screen = spawn(commandOf('Xvfb'), ['-displayfd', '3', '-screen', '0', '1024x768x24'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const [, , , numbers] = screen.stdio;
  const display = await new Promise<string>((resolve, reject) => {
    if (numbers === null || numbers === undefined || !('read' in numbers))
      throw new Error('no pipe');
    createInterface({ input: numbers }).once('line', resolve);
    screen.once('exit', () => reject(new Error('Xvfb ended before it had a display.')));
  });
  return { process: screen, display: `:${display}` };
}

/** What it stores is in the folder. */
export function webKitEnvironment(display: string, folder: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DISPLAY: display,
    HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_CACHE_HOME: folder,
    // As root there is no sandbox to be had; the pages are our own. Nor is there a graphics card.
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    WEBKIT_DISABLE_DMABUF_RENDERER: '1',
    LIBGL_ALWAYS_SOFTWARE: '1',
    // Without it WebKitGTK plays no HLS by itself, which Apple's WebKit does.
    WEBKIT_GST_ENABLE_HLS_SUPPORT: '1',
  };
}
