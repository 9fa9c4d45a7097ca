import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { expect } from 'vitest';
import { answerFaults } from '../../../trakt/src/testing/answer-faults.ts';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import { openInTurnProxy } from './in-turn-proxy.ts';
import type { TestApi, TestApiOptions } from './test-api.ts';

/** The packages of npm as they are; none of them has types. */
const require = createRequire(import.meta.url);
const Trakt: new (settings: object) => TraktClient = require('trakt.tv');

type Call = (params?: object) => Promise<// oxlint-disable-next-line typescript/no-explicit-any
any>;

/** Its calls by group and name, such as `sync.watched`. */
export interface TraktClient {
  import_token(token: object): Promise<object>;
  readonly ondeck: {
    getAll(): ReturnType<Call>;
    updateOne(input: object, slug: string): ReturnType<Call>;
  };
  readonly matcher: { match(file: object): ReturnType<Call> };
  readonly sync: {
    readonly last_activities: Call;
    readonly watched: Call;
    readonly history: Record<'get' | 'add' | 'remove', Call>;
    readonly watchlist: Record<'get' | 'add' | 'remove', Call>;
    readonly ratings: Record<'get' | 'add' | 'remove', Call>;
    readonly collection: Record<'get', Call>;
  };
  readonly users: {
    readonly settings: Call;
    readonly profile: Call;
    readonly watched: Call;
    readonly watchlist: Call;
    readonly history: Call;
    readonly hidden: Record<'get' | 'add' | 'remove', Call>;
  };
  readonly shows: { readonly summary: Call; readonly progress: { readonly watched: Call } };
  readonly movies: { readonly summary: Call };
  readonly search: Record<'text' | 'id', Call>;
}

export interface Recording {
  /** What was wrong with any answer so far, by the tables of the clients. */
  readonly faults: readonly string[];
  /** Asked for, in order: `GET /sync/watched/shows`. */
  readonly asked: readonly string[];
}

const PREFIX = '/compat/trakt';

/** Looks at each answer of an instance to a client of Trakt's API. */
export function recordAnswers(server: Server): Recording {
  const faults: string[] = [];
  const asked: string[] = [];
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '' } = request;
    if (!url.startsWith(PREFIX)) return;
    const path = url.slice(PREFIX.length).replaceAll(/\/{2,}/g, '/');
    // What a person's browser is shown, or sent on by.
    if (/^\/oauth\/(?:authorize|finish)/.test(path)) return;
    asked.push(`${method} ${path}`);
    const chunks: Buffer[] = [];
    const end = response.end.bind(response);
    response.end = ((chunk?: unknown, ...rest: never[]) => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
      const text = Buffer.concat(chunks).toString();
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      faults.push(
        ...answerFaults({
          method,
          path,
          status: response.statusCode,
          body,
          headers: response.getHeaders(),
        }),
      );
      return end(chunk as string, ...rest);
    }) as ServerResponse['end'];
  });
  return { faults, asked };
}

/** What unmodified clients talk to, at one address. */
export interface TraktStage {
  readonly api: TestApi;
  /** Where it is for a client. */
  readonly url: string;
  /** Of each instance. */
  readonly recordings: readonly Recording[];
  close(): Promise<void>;
}

/** As many instances of one service, asked in turn. */
export async function openTraktStage(
  openApi: (options?: Omit<TestApiOptions, 'databaseUrl'>) => Promise<TestApi>,
  instances = 1,
): Promise<TraktStage> {
  const bus = createMemoryBus();
  const open = (more: Pick<TestApiOptions, 'schema'> = {}) =>
    openApi({ env: { CUEPOINT_TRAKT: 'on' }, feed: createMemoryFeed({ bus }), ...more });
  const api = await open();
  const others: TestApi[] = [];
  while (others.length + 1 < instances) {
    others.push(await open({ schema: api.database.schema }));
  }
  const all = [api, ...others];
  const recordings = all.map(({ app }) => recordAnswers(app.server));
  const addresses = await Promise.all(
    all.map(({ app }) => app.listen({ host: '127.0.0.1', port: 0 })),
  );
  const proxy = await openInTurnProxy(addresses);
  return {
    api,
    url: `${proxy.address}${PREFIX}`,
    recordings,
    async close() {
      await proxy.close();
      for (const other of others) await other.close();
      await api.close();
    },
  };
}

/** An unmodified `trakt.tv` with its plugins, signed in as somebody new. */
export async function openTraktClient({ api, url }: TraktStage): Promise<TraktClient> {
  const { token } = await api.createUser();
  const client = new Trakt({
    client_id: 'id',
    client_secret: 'secret',
    api_url: url,
    plugins: { ondeck: require('trakt.tv-ondeck'), matcher: require('trakt.tv-matcher') },
  });
  await client.import_token({
    access_token: token,
    refresh_token: 'none',
    expires: Date.now() + 86_400_000,
  });
  return client;
}

export function expectNoFaults({ recordings }: Pick<TraktStage, 'recordings'>): void {
  expect(recordings.flatMap(({ faults }) => faults)).toEqual([]);
}
