import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { openDatabase, type Database } from '@cuepoint/store';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { verifierOf } from '../accounts/access-tokens.ts';
import { mintToken } from '../auth/mint-token.ts';
import { createOneTimeLink } from '../auth/one-time-link.ts';
import { createSecretVerifier, type TokenVerifier } from '../auth/token-verifier.ts';
import type { Feed } from '../feed/feed.ts';
import { createMemoryFeed } from '../feed/memory-feed.ts';
import type { Config } from '../config/config.ts';
import { readConfig } from '../config/config.ts';
import { createAuditTrail } from '../http/audit-trail.ts';
import { createLogger } from '../http/logger.ts';
import { createServiceMetrics } from '../metrics/service-metrics.ts';
import { REQUESTS_WAITING_MAX } from '../limits.ts';
import { createAwaitDatabase } from '../service/await-database.ts';
import { createApp, type ConnectionLimits } from '../service/create-app.ts';
import { delay } from '../service/delay.ts';
import type { ServiceParts } from '../service/parts.ts';
import { partsOf, withTrakt } from '../service/open-parts.ts';
import { openStoredParts } from '../service/stored-parts.ts';
import { requireDocumentedAnswer, type ApiDescription } from './documented-answers.ts';

export const TEST_SECRET = 'a secret of the tests, 32 bytes or more';
const SECRET_BYTES = new TextEncoder().encode(TEST_SECRET);

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The JSON body, untyped: tests say what they expect. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface CallOptions {
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly payload?: string | Buffer;
  readonly token?: string | null;
  readonly device?: string;
  readonly headers?: Record<string, string>;
}

/** One user with a token of their own. */
export interface TestUser {
  readonly userId: string;
  readonly token: string;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
}

export interface TestApi {
  readonly app: FastifyInstance;
  readonly parts: ServiceParts;
  /** A connection of the tests' own to the same schema. The embedded database has none. */
  readonly database: Database;
  readonly logLines: string[];
  /** Of the trail of who touched whose data. */
  readonly auditLines: string[];
  /** Calls below /api/v1, or an absolute path that begins with `//`. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  createUser(claims?: { deviceId?: string; scopes?: string[] }): Promise<TestUser>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  /** Without it the embedded database in a directory of its own. */
  readonly databaseUrl?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: () => number;
  readonly verifier?: TokenVerifier;
  readonly development?: boolean;
  readonly wrap?: (parts: ServiceParts) => Partial<ServiceParts>;
  readonly isStopping?: () => boolean;
  readonly connectionLimits?: Partial<ConnectionLimits>;
  readonly feed?: Feed;
  /** Of an API that is there already and outlives this one: another instance on the same data. */
  readonly schema?: string;
}

/** The real app over the real store, in a schema of its own; requests are injected. */
export async function createTestApi(options: TestApiOptions): Promise<TestApi> {
  const { databaseUrl, now = Date.now } = options;
  const dataDir =
    databaseUrl === undefined ? await mkdtemp(join(tmpdir(), 'cuepoint-api-')) : undefined;
  const schema = options.schema ?? `server_${randomUUID().replaceAll('-', '')}`;
  const config: Config = readConfig({
    env: {
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      ...(dataDir === undefined ? {} : { CUEPOINT_DATA_DIR: dataDir }),
      CUEPOINT_DATABASE_SCHEMA: schema,
      CUEPOINT_JWT_SECRET: TEST_SECRET,
      LOG_LEVEL: 'trace',
      ...options.env,
    },
    readFile: () => '',
  });
  const logLines: string[] = [];
  const auditLines: string[] = [];
  const logger = createLogger(config.logLevel, sinkOf(logLines));
  const metrics = createServiceMetrics();
  const stored = await openStoredParts(config, {
    logger,
    metrics,
    createFeed: () => options.feed ?? createMemoryFeed(),
    now,
    randomUuid: randomUUID,
  });
  const others =
    options.verifier ??
    createSecretVerifier(SECRET_BYTES, { audience: undefined, issuer: undefined, now });
  const made = partsOf(config, stored, {
    awaitDatabase: createAwaitDatabase(
      { delay, random: Math.random },
      {
        timeoutMs: config.ackTimeoutMs,
        waitingMax: REQUESTS_WAITING_MAX,
        signal: new AbortController().signal,
      },
    ),
    verifier: verifierOf(stored.accounts, others),
    metrics,
    audit: createAuditTrail((line) => auditLines.push(line), now),
    development:
      options.development === true
        ? {
            mintToken: (userId, limits) =>
              mintToken(SECRET_BYTES, { ...limits, userId, ttlSeconds: 600 }, now()),
            link: createOneTimeLink(randomUUID, () => undefined),
          }
        : undefined,
    now,
    randomUuid: randomUUID,
    random: Math.random,
  });
  const plain = withTrakt(made, config);
  const parts = { ...plain, ...options.wrap?.(plain) };
  const app = await createApp({
    parts,
    logger,
    isStopping: options.isStopping ?? (() => false),
    ...(options.connectionLimits && { connectionLimits: options.connectionLimits }),
  });
  await app.ready();
  const database =
    databaseUrl === undefined
      ? undefined
      : await openDatabase({ url: databaseUrl, schema, poolSize: 1, writers: 1 });
  const call = createCall(app);

  return {
    app,
    parts,
    get database() {
      if (database === undefined) throw new Error('an embedded database has one process');
      return database;
    },
    logLines,
    auditLines,
    call,
    async createUser(claims = {}) {
      const userId = randomUUID();
      const token = await mintToken(SECRET_BYTES, { userId, ttlSeconds: 600, ...claims }, now());
      return {
        userId,
        token,
        call: (method, path, rest) => call(method, path, { token, ...rest }),
      };
    },
    async close() {
      await app.close();
      await stored.stop();
      if (options.schema === undefined) await database?.execute(`drop schema ${schema} cascade`);
      await database?.close();
      if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export function createCall(app: FastifyInstance): TestApi['call'] {
  let description: Promise<ApiDescription> | undefined;
  return async (method, path, options = {}) => {
    const url = path.startsWith('//') ? path.slice(1) : `/api/v1${path}`;
    const { body, payload = body === undefined ? undefined : JSON.stringify(body) } = options;
    const headers: Record<string, string> = {
      host: 'localhost:8083',
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.token == null ? {} : { authorization: `Bearer ${options.token}` }),
      ...(options.device === undefined ? {} : { 'x-device-id': options.device }),
      ...options.headers,
    };
    const request: InjectOptions = { method: method as 'GET', url, headers };
    const reply = await app.inject(payload === undefined ? request : { ...request, payload });
    const type = String(reply.headers['content-type'] ?? '');
    const answer = {
      status: reply.statusCode,
      headers: reply.headers,
      text: reply.body,
      body: /json(;|$)/.test(type) && reply.body !== '' ? reply.json<unknown>() : undefined,
    };
    description ??= readDescription(app);
    requireDocumentedAnswer(await description, method, url, answer);
    return answer;
  };
}

async function readDescription(app: FastifyInstance): Promise<ApiDescription> {
  const reply = await app.inject({ url: '/openapi.json', headers: { host: 'localhost' } });
  return reply.json();
}

function sinkOf(lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
}
