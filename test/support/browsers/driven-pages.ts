import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pageFunction } from './browser.ts';

interface Command {
  readonly code: string;
  readonly args: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** One tab: the document that is in it asks for what it is to do, and says what came of that. */
interface Driven {
  document: string;
  waiting: ServerResponse | undefined;
  running: Command | undefined;
  readonly commands: Command[];
  readonly onDocument: Set<() => void>;
}

export interface DrivenTab {
  readonly run: <T>(body: string, ...args: readonly unknown[]) => Promise<T>;
  readonly goto: (url: string) => Promise<void>;
}

export interface DrivenPages {
  /** The address of a page that waits there until it is sent somewhere. */
  roomOf(tab: number): string;
  tab(tab: number): DrivenTab;
  close(): void;
}

/**
 * Drives pages from inside, where a browser has no driver that lets it live as people have it. A page has to load the script
 * that its query names as `driver`.
 */
export async function startDrivenPages(): Promise<DrivenPages> {
  const tabs = new Map<string, Driven>();
  const server = createServer((request, answer) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://driver');
    answer.setHeader('access-control-allow-origin', '*');
    const name = searchParams.get('tab') ?? '';
    if (pathname === '/room') {
      answer.setHeader('content-type', 'text/html');
      answer.end(`<!doctype html><script src="${scriptOf(name)}"></script>`);
    } else if (pathname === '/drive.js') {
      answer.setHeader('content-type', 'text/javascript');
      answer.end(pageCode(`${origin}/next?tab=${name}`));
    } else {
      void text(request).then((said) => hear(drivenOf(name), { said, searchParams, answer }));
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const scriptOf = (name: string) => `${origin}/drive.js?tab=${name}`;

  function drivenOf(name: string): Driven {
    const found = tabs.get(name) ?? {
      document: '',
      waiting: undefined,
      running: undefined,
      commands: [],
      onDocument: new Set<() => void>(),
    };
    tabs.set(name, found);
    return found;
  }

  return {
    roomOf: (tab) => `${origin}/room?tab=${tab}`,
    tab(tab) {
      const driven = drivenOf(String(tab));
      const run = <T>(body: string, ...args: readonly unknown[]): Promise<T> =>
        new Promise((resolve, reject) => {
          driven.commands.push({
            code: pageFunction(body),
            args: JSON.stringify(args),
            resolve: resolve as (value: unknown) => void,
            reject,
          });
          answerNext(driven);
        });
      return {
        run,
        async goto(url) {
          // What it waits for is the document after the one that is there.
          await run('');
          const there = new Promise<void>((resolve) => {
            driven.onDocument.add(resolve);
          });
          const to = new URL(url);
          to.searchParams.set('driver', scriptOf(String(tab)));
          // The document of before may be gone before it answers.
          void run('location.href = args[0];', to.href).catch(() => undefined);
          await there;
        },
      };
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function hear(
  driven: Driven,
  heard: { said: string; searchParams: URLSearchParams; answer: ServerResponse },
): void {
  const { said, searchParams, answer } = heard;
  const { value, error } = JSON.parse(said === '' ? '{}' : said) as {
    value?: string;
    error?: string;
  };
  const document = searchParams.get('document') ?? '';
  const isNew = document !== driven.document;
  const { running } = driven;
  driven.running = undefined;
  if (isNew) {
    driven.document = document;
    running?.reject(new Error('Its document is gone.'));
    for (const tell of driven.onDocument) tell();
    driven.onDocument.clear();
  } else if (error === undefined) running?.resolve(JSON.parse(value ?? 'null'));
  else running?.reject(new Error(error));
  driven.waiting = answer;
  answerNext(driven);
}

function answerNext(driven: Driven): void {
  const { waiting, commands } = driven;
  if (waiting === undefined || commands.length === 0) return;
  driven.waiting = undefined;
  driven.running = commands.shift();
  waiting.end(JSON.stringify({ code: driven.running?.code, args: driven.running?.args }));
}

function pageCode(next: string): string {
  return `(async function () {
    const next = ${JSON.stringify(next)} + '&document=' + Math.random();
    // What the page puts in its place is not meant for this.
    const ask = window.fetch.bind(window);
    let said = {};
    await new Promise((resolve) => addEventListener('load', resolve));
    for (;;) {
      const answer = await ask(next, { method: 'POST', body: JSON.stringify(said) });
      const { code, args } = await answer.json();
      try {
        said = { value: await (0, eval)('(' + code + ')')(args) };
      } catch (error) {
        said = { error: String(error) };
      }
    }
  })();`;
}
