import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import type { EngineBrowser, Tab } from './browser.ts';
import { startDrivenPages } from './driven-pages.ts';
import { killGroup, pageProcesses } from './page-processes.ts';
import { findMiniBrowser, startScreen, webKitEnvironment } from './webkit-parts.ts';

const TABS_MAX = 3;
/** A page whose process was stopped does not answer for so long. */
const SILENT_MS = 1_000;

/**
 * WebKitGTK's small browser as people have it, which keeps what pages store in the folder. Its driver would have it forget
 * everything, and would end with the first process of a page. Pages have to let themselves be driven, and there are three
 * tabs at most.
 */
export async function openWebKitProfile(profile: string): Promise<EngineBrowser> {
  const screen = await startScreen();
  const pages = await startDrivenPages();
  const rooms = Array.from({ length: TABS_MAX }, (_, tab) => pages.roomOf(tab));
  const browser = spawn(await findMiniBrowser(), rooms, {
    stdio: 'ignore',
    detached: true,
    env: webKitEnvironment(screen.display, profile),
  });
  const ended = new Promise<void>((resolve) => {
    browser.once('exit', () => resolve());
  });
  const free = rooms.map((_, tab) => tab);
  async function end(): Promise<void> {
    killGroup(browser);
    await ended;
    killGroup(screen.process);
    pages.close();
  }

  /** Which process shows a tab is told by stopping it. */
  async function kill({ run }: Pick<Tab, 'run'>): Promise<void> {
    for (const pid of await pageProcesses(browser.pid ?? 0, 'WebKitWebProcess')) {
      process.kill(pid, 'SIGSTOP');
      const isSilent = await Promise.race([
        run('return false;').catch(() => false),
        wait(SILENT_MS, true),
      ]);
      process.kill(pid, isSilent === true ? 'SIGKILL' : 'SIGCONT');
      if (isSilent === true) return;
    }
    throw new Error('no process shows the tab');
  }

  return {
    version: 'WebKitGTK',
    async open(url) {
      const at = free.shift();
      if (at === undefined) throw new Error(`there are ${TABS_MAX} tabs`);
      const { run, goto } = pages.tab(at);
      await goto(url);
      return {
        run,
        goto,
        reload: async () => goto(await run<string>('return location.href;')),
        async close() {
          await goto(pages.roomOf(at));
          free.push(at);
        },
        kill: () => kill({ run }),
      };
    },
    close: end,
    kill: end,
  };
}
