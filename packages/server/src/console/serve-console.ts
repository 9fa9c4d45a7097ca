import fastifyStatic from '@fastify/static';
import { CuepointError } from '@cuepoint/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ConsoleFiles } from './console-files.ts';
import { asksForPage, FILE_HEADERS, pageHeaders } from './page-headers.ts';

/** Answers a request that asks for a page, and returns its reply; `undefined` for any other. */
export type AnswerPage = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined;

/** Whose pages there are besides the inspector and `/health`. */
export type ConsoleAudience = 'developers' | 'people' | 'both';

/** Pages whose paths nothing else uses. `/health` is also what programs ask, by another media type. */
const PAGE_PATHS = ['/inspector'];
/** Of the people of a household. [ACC1] */
const PEOPLE_PATHS = ['/watching', '/account', '/link', '/set-up', '/tv'];
const PAGE_FILE = 'index.html';
/** Vite puts what has its hash in its name here: such a file never changes. */
const HASHED_FILE = /[\\/]assets[\\/][^\\/]+$/;
const YEAR_SECONDS = 365 * 24 * 60 * 60;

/**
 * Serves the console: each built file under its own path, and one page for all paths of the console.
 *
 * Only files that are there when the service starts have a route, so no path leads anywhere else.
 *
 * @param audience the pages of people are served where there are some; `/` is theirs unless developers are here too.
 * @returns answers `/health` where a browser opens it.
 */
export async function serveConsole(
  app: FastifyInstance,
  { directory, areBuilt }: ConsoleFiles,
  audience: ConsoleAudience = 'developers',
): Promise<AnswerPage> {
  if (areBuilt) {
    await app.register(fastifyStatic, {
      root: directory,
      wildcard: false,
      index: false,
      globIgnore: [PAGE_FILE],
      cacheControl: false,
      setHeaders: (reply, path) => {
        if (path.endsWith(PAGE_FILE)) return;
        reply.setHeader('cache-control', cacheControlOf(path));
        reply.setHeader('content-security-policy', "default-src 'none'");
        for (const [name, value] of Object.entries(FILE_HEADERS)) reply.setHeader(name, value);
      },
    });
  }

  function sendPage({ headers: { host } }: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (areBuilt) return reply.headers(pageHeaders(host)).sendFile(PAGE_FILE);
    throw new CuepointError(
      'not_found',
      'The console is not built here: run `npm run build:console`, then start the service again.',
    );
  }

  const method = ['GET', 'HEAD'];
  const schema = { hide: true } as const;
  for (const url of audience === 'developers' ? PAGE_PATHS : [...PAGE_PATHS, ...PEOPLE_PATHS]) {
    app.route({ method, url, schema, handler: sendPage });
  }
  const sendHome = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    audience === 'people' ? reply.redirect('/account') : sendPage(request, reply);
  app.route({ method, url: '/', schema, handler: sendHome });

  return (request, reply) => {
    // One address, two answers: a cache keeps them apart.
    void reply.header('vary', 'accept');
    const { headers } = request;
    const asked = { method: request.method, accept: headers.accept };
    const isPage = areBuilt && asksForPage(asked);
    return isPage ? sendPage(request, reply) : undefined;
  };
}

function cacheControlOf(path: string): string {
  return HASHED_FILE.test(path) ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache';
}
