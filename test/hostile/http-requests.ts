import type { Chance } from '../sim/chance.ts';
import { sampleOf, type Schema } from './sample-value.ts';
import { spoil, spoilText } from './spoil.ts';
import type { Tokens } from './tokens.ts';

/** Of `/openapi.json`, as far as requests are made from it. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly operationId?: string;
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
}

/** A request that is HTTP, whatever it asks for. */
export interface HttpRequest {
  readonly method: string;
  readonly bytes: Buffer;
  /** Past what a head or a body may have. */
  readonly isTooLarge: boolean;
  /** What its answer has as `x-trace-id`; undefined where the request says nothing well-formed of it. */
  readonly traceId: string | undefined;
}

export type RequestSource = (chance: Chance) => HttpRequest;

/** Of Node's parser; some is its own. */
const HEAD_BYTES_MAX = 15_000;
const BODY_BYTES_MAX = 1_048_576;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'];
const CONTENT_TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  '',
  '*/*',
  'json',
  'application/json; charset=utf-16',
  'application/json;',
  'APPLICATION/JSON',
  '/',
  ';',
];
const PATH_PARTS = [
  '',
  '.',
  '..',
  '%00',
  '%ff',
  '%ED%A0%80',
  '%2e%2e%2f',
  '%',
  'a%20b',
  '*',
  '__proto__',
  'x'.repeat(256),
  'x'.repeat(9_000),
  encodeURIComponent('☕'.repeat(256)),
  "';--",
  '%0A',
];
const QUERIES = [
  '?limit=0',
  '?limit=1e3',
  '?limit=-1',
  '?limit=1&limit=2',
  '?status=x',
  '?',
  '??',
  '?=',
  '?&&',
  '?cursor=',
  '?cursor=%ff',
  '?cursor=v1.e30',
  '?page=x',
  '?__proto__=1',
  '?limit[]=1',
  '?a=%',
  `?cursor=${'x'.repeat(17_000)}`,
  `?${'a=b&'.repeat(2_000)}`,
  '?cursor=v1.eyJzIjoiMSJ9',
];
const HEADERS = [
  'X-Device-Id: ',
  'X-Device-Id: a b',
  `X-Device-Id: ${'d'.repeat(300)}`,
  'X-Device-Id: name-3',
  'X-Cuepoint-User: nobody',
  'X-Cuepoint-User: 00000000-0000-4000-8000-000000000000',
  'Origin: https://elsewhere.example',
  'Origin: null',
  'Accept: text/html',
  'Accept: ',
  'traceparent: 00-x',
  'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'Cookie: a=b',
  'Range: bytes=0-',
  'If-None-Match: *',
  'Expect: 100-continue',
  'Content-Encoding: gzip',
  'Accept-Encoding: gzip, br',
  'X-HTTP-Method-Override: DELETE',
  `X-Long: ${'h'.repeat(8_000)}`,
  'X-Forwarded-For: 127.0.0.1',
  'Connection: keep-alive',
];
/** They take away what the others need: a device for good, a user with everything. */
const SEVERE = new Set(['deleteDevice', 'eraseUser']);
/** A live tail has no end, and whoever may open one waits for ever. */
const ENDLESS = '/inspector/users/{userId}/ops';

export function createRequestSource(document: ApiDocument, tokens: Tokens): RequestSource {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const mild = operations.filter(({ operation }) => !SEVERE.has(operation.operationId ?? ''));
  return (chance) => {
    const isSevere = chance.isLucky(0.002);
    const { path, method, operation } = chance.pick(isSevere ? operations : mild);
    const url = chance.isLucky(0.02)
      ? oddUrl(chance)
      : `${filledPath(path, operation, chance)}${queryOf(operation, chance)}`;
    const isOdd = chance.isLucky(0.04) && !path.endsWith(ENDLESS);
    const verb = isOdd ? chance.pick(METHODS) : method.toUpperCase();
    const token = path.endsWith(ENDLESS) ? chance.pick(tokens.good) : tokenOf(tokens, chance);
    const trace = chance.of('trace').uuid().replaceAll('-', '');
    const headers = [
      'Host: localhost',
      `traceparent: 00-${trace}-00f067aa0ba902b7-01`,
      ...authorizationOf(token, chance),
    ];
    for (let count = chance.below(3); count > 0 && chance.isLucky(0.4); count -= 1) {
      headers.push(chance.pick(HEADERS));
    }
    const body = bodyOf(operation, chance);
    if (body !== undefined) {
      const isPlain = chance.isLucky(0.95);
      headers.push(
        `Content-Type: ${isPlain ? 'application/json' : chance.pick(CONTENT_TYPES)}`,
        chance.isLucky(0.1) ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`,
      );
    }
    const isTraced = headers.filter((header) => header.startsWith('traceparent')).length === 1;
    const head = Buffer.from(`${verb} ${url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
    const request = {
      method: verb,
      isTooLarge: head.length > HEAD_BYTES_MAX || (body?.length ?? 0) > BODY_BYTES_MAX,
      traceId: isTraced ? trace : undefined,
    };
    if (body === undefined) return { ...request, bytes: head };
    const isChunked = headers.at(-1) === 'Transfer-Encoding: chunked';
    const sent = isChunked ? chunked(body, chance) : body;
    return { ...request, bytes: Buffer.concat([head, sent]) };
  };
}

function filledPath(path: string, { parameters = [] }: Operation, chance: Chance): string {
  return path.replaceAll(/\{(?<name>\w+)\}/g, (_all, name: string) => {
    if (chance.isLucky(0.15)) return chance.pick(PATH_PARTS);
    const schema = parameters.find((parameter) => parameter.name === name)?.schema ?? {};
    return encodeURIComponent(JSON.stringify(sampleOf(schema, chance)).replaceAll('"', ''));
  });
}

function queryOf({ parameters = [] }: Operation, chance: Chance): string {
  if (chance.isLucky(0.1)) return chance.pick(QUERIES);
  const pairs = parameters
    .filter((parameter) => parameter.in === 'query' && chance.isLucky(0.3))
    .map(({ name, schema }) => {
      const value = chance.isLucky(0.2) ? spoil(1, chance) : sampleOf(schema, chance);
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return `${name}=${encodeURIComponent(wellFormed(text))}`;
    });
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function wellFormed(text: string): string {
  return text.replaceAll(/[\u{D800}-\u{DFFF}]/gu, '?');
}

function oddUrl(chance: Chance): string {
  return chance.pick([
    '/',
    '//',
    '/api/v1',
    '/api/v1/',
    '/api/v2/watchlist',
    '/API/V1/watchlist',
    '/.env',
    '*',
    '/api/v1/watchlist/../user',
    '/api/v1//watchlist',
    '/%ff',
    '/%00',
    '/\\',
    '/assets/x.js',
    'http://elsewhere.example/api/v1/user',
    '/api/v1/ws',
    '/dev/token',
    `/${'p'.repeat(12_000)}`,
  ]);
}

function tokenOf(tokens: Tokens, chance: Chance): string | undefined {
  const draw = chance.random();
  if (draw < 0.8) return chance.pick(tokens.good);
  if (draw < 0.84) return chance.pick(tokens.service);
  if (draw < 0.88) return chance.pick(tokens.admin);
  return draw < 0.95 ? chance.pick(tokens.bad) : undefined;
}

function authorizationOf(token: string | undefined, chance: Chance): string[] {
  if (token === undefined) return [];
  if (chance.isLucky(0.97)) return [`Authorization: Bearer ${token}`];
  return chance.pick([
    ['Authorization: '],
    [`Authorization: Basic ${token}`],
    [`Authorization: bearer  ${token}`],
    [`Authorization: Bearer ${token}`, `Authorization: Bearer ${token}`],
    [`Authorization: Bearer ${token}, Bearer x`],
  ]);
}

function bodyOf({ requestBody }: Operation, chance: Chance): Buffer | undefined {
  const schema = requestBody?.content['application/json']?.schema;
  // A body where none is expected is a body all the same.
  if (schema === undefined && chance.isLucky(0.97)) return undefined;
  const sample = sampleOf(schema ?? { type: 'object' }, chance);
  const draw = chance.random();
  if (draw < 0.35) return Buffer.from(JSON.stringify(sample));
  if (draw < 0.8) return Buffer.from(JSON.stringify(spoil(sample, chance)));
  if (draw < 0.97) return spoilText(JSON.stringify(sample), chance);
  return draw < 0.99 ? Buffer.alloc(0) : undefined;
}

function chunked(body: Buffer, chance: Chance): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const size = Math.min(body.length - at, 1 + chance.below(1_000) + Math.floor(body.length / 20));
    parts.push(Buffer.from(`${size.toString(16)}\r\n`), body.subarray(at, at + size));
    parts.push(Buffer.from('\r\n'));
    at += size;
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}
