import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { answerFaults } from '../../../trakt/src/testing/answer-faults.ts';
import type { TestApi } from './test-api.ts';

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

export interface RecordedApi {
  readonly url: string;
  /** What was wrong with any answer so far, by the tables of the clients. */
  faults(): readonly string[];
  /** Asked for, in order: `GET /sync/watched/shows`. */
  readonly asked: readonly string[];
}

const PREFIX = '/compat/trakt';

/** Has the API listen on loopback, and looks at each of its answers. */
export async function listenRecorded({ app }: TestApi): Promise<RecordedApi> {
  const faults: string[] = [];
  const asked: string[] = [];
  const server: Server = app.server;
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '' } = request;
    const path = url.slice(PREFIX.length).replace(/^\/+/, '/');
    asked.push(`${method} ${path}`);
    const chunks: Buffer[] = [];
    const end = response.end.bind(response);
    response.end = ((chunk?: unknown, ...rest: never[]) => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
      const text = Buffer.concat(chunks).toString();
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      faults.push(...answerFaults({ method, path, status: response.statusCode, body }));
      return end(chunk as string, ...rest);
    }) as ServerResponse['end'];
  });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}${PREFIX}`, faults: () => faults, asked };
}

/** An unmodified `trakt.tv` with its plugins, signed in as somebody new. */
export async function openTraktClient(api: TestApi, { url }: RecordedApi): Promise<TraktClient> {
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

export function expectNoFaults(recorded: RecordedApi): void {
  expect(recorded.faults()).toEqual([]);
}
