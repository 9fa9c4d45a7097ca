import cookie, { type CookieSerializeOptions } from '@fastify/cookie';
import { CuepointError } from '@cuepoint/core';
import type { Browser } from '@cuepoint/store';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Accounts } from '../../accounts/accounts.ts';
import { describeBrowser } from '../../accounts/describe-browser.ts';
import { hashOf } from '../../accounts/secrets.ts';
import type { SignInFrom } from '../../accounts/sign-in.ts';
import { requireOwnOrigin } from '../../http/own-origin.ts';

const COOKIE = 'cuepoint_session';
/** Cookies know no ports: on other services of the host it is sent to this path at the most. */
const PATH = '/api/v1/account';
const LIFE_SECONDS = 30 * 24 * 60 * 60;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** How a person's browser is told by its cookie. [ACC2] */
export interface Browsers {
  /** The person behind the cookie, if there is one. */
  find(request: FastifyRequest): Promise<Browser | undefined>;
  /** @throws CuepointError `unauthenticated` */
  require(request: FastifyRequest): Promise<Browser>;
  remember(request: FastifyRequest, reply: FastifyReply, secret: string): void;
  forget(request: FastifyRequest, reply: FastifyReply): void;
  from(request: FastifyRequest): SignInFrom;
}

export interface BrowsersDeps {
  readonly accounts: Accounts;
  /** Where people open the service; undefined: as each request says. */
  readonly publicUrl: string | undefined;
  /** The address that limits count for. */
  readonly addressOf: (request: FastifyRequest) => string;
}

/** Reads cookies in this scope, and keeps pages of other origins from using them. */
export async function addBrowsers(
  app: FastifyInstance,
  { accounts, publicUrl, addressOf }: BrowsersDeps,
): Promise<Browsers> {
  await app.register(cookie);
  app.addHook('onRequest', async ({ method, headers }) => {
    if (!SAFE_METHODS.has(method)) requireOwnOrigin(headers, publicUrl);
  });

  async function find(request: FastifyRequest): Promise<Browser | undefined> {
    const secret = request.cookies[COOKIE];
    return secret === undefined ? undefined : accounts.signIns.findBrowser(hashOf(secret));
  }

  return {
    find,
    async require(request) {
      const browser = await find(request);
      if (browser !== undefined) return browser;
      throw new CuepointError('unauthenticated', 'Nobody is signed in here.');
    },
    remember(request, reply, secret) {
      const options = { ...optionsFor(request), maxAge: LIFE_SECONDS };
      void reply.setCookie(COOKIE, secret, options);
    },
    forget(request, reply) {
      void reply.clearCookie(COOKIE, optionsFor(request));
    },
    from: (request) => ({
      address: addressOf(request),
      label: describeBrowser(request.headers['user-agent']),
    }),
  };
}

/** Over TLS the cookie never leaves it: the page's own origin says how it was loaded. */
function optionsFor({ headers }: FastifyRequest): CookieSerializeOptions {
  const secure = headers.origin?.startsWith('https:') === true;
  return { httpOnly: true, sameSite: 'strict', path: PATH, secure };
}
