import type { FastifyReply, FastifyRequest } from 'fastify';
import { bodyOf } from '../http/take-bodies.ts';
import { TraktError } from '../http/trakt-error.ts';
import { fieldsOf, textOf, type Fields } from '../items/fields.ts';
import type { OAuthScope } from '../plugin.ts';
import { sealed, unsealed } from '../sign-in/sealed.ts';
import { sendTokens, signInOf } from '../sign-in/tokens.ts';

/** What a browser brings back from the page on which a person confirmed. */
interface Ticket {
  readonly code: string;
  readonly redirectUri: string;
  readonly state: string | undefined;
}

const TICKET = 'ticket';

/**
 * A client sends a browser, which comes back with a code (RFC 6749, 4.1); it renews its tokens, and gives them back.
 *
 * The person confirms on the page for screens, by a code in letters. The code that the client gets is bound to the address that
 * the browser is sent to.
 */
export function addOAuthRoutes({ app, ports }: OAuthScope): void {
  app.route({
    method: 'GET',
    url: '/oauth/authorize',
    handler: async (request, reply) => {
      const signIn = signInOf(ports);
      const query = fieldsOf(request.query) ?? {};
      const redirectUri = textOf(query['redirect_uri']) ?? '';
      if (textOf(query['response_type']) !== 'code' || !signIn.mayRedirectTo(redirectUri)) {
        const rule = 'response_type is code, and redirect_uri is on this machine or configured.';
        throw new TraktError(400, 'invalid_request', rule);
      }
      const begun = await signIn.begin(request, labelOfRedirect(redirectUri));
      const ticket: Ticket = {
        code: sealed(signIn, redirectUri, begun.deviceCode),
        redirectUri,
        state: textOf(query['state']),
      };
      const text = Buffer.from(JSON.stringify(ticket)).toString('base64url');
      const fragment = `code=${begun.userCode}&ticket=${sealed(signIn, TICKET, text)}`;
      return reply.redirect(`${begun.page}#${fragment}`);
    },
  });

  app.route({
    method: 'GET',
    url: '/oauth/finish',
    handler: async (request, reply) => {
      const query = fieldsOf(request.query) ?? {};
      const text = unsealed(signInOf(ports), TICKET, textOf(query['ticket']) ?? '');
      if (text === undefined) {
        throw new TraktError(400, 'invalid_request', 'It is no ticket of this service.');
      }
      const ticket = JSON.parse(Buffer.from(text, 'base64url').toString()) as Ticket;
      const back = new URL(ticket.redirectUri);
      if (query['denied'] === undefined) back.searchParams.set('code', ticket.code);
      else back.searchParams.set('error', 'access_denied');
      if (ticket.state !== undefined) back.searchParams.set('state', ticket.state);
      return reply.redirect(back.href);
    },
  });

  app.route({
    method: 'POST',
    url: '/oauth/token',
    handler: async (request, reply) => {
      const body = bodyOf(request);
      if (textOf(body['grant_type']) === 'authorization_code')
        return exchange(request, reply, body);
      const token = textOf(body['refresh_token']);
      const tokens = token && (await signInOf(ports).refresh(request, token));
      if (tokens === undefined || tokens === '') return refuse(reply);
      return sendTokens(reply, tokens, ports.now());
    },
  });

  app.route({
    method: 'POST',
    url: '/oauth/revoke',
    handler: async (request, reply) => {
      const body = bodyOf(request);
      const token = textOf(body['token']) ?? textOf(body['access_token']);
      try {
        if (token !== undefined) await ports.signIn?.revoke(request, token);
      } catch (error) {
        // A client that hears of a failure ends: the person can still end the sign-in on the account page. [TRK7]
        ports.toFailure(error, request);
      }
      return reply.send({});
    },
  });

  async function exchange(
    request: FastifyRequest,
    reply: FastifyReply,
    body: Fields,
  ): Promise<FastifyReply> {
    const signIn = signInOf(ports);
    const redirectUri = textOf(body['redirect_uri']) ?? '';
    const code = unsealed(signIn, redirectUri, textOf(body['code']) ?? '');
    const polled = code && (await signIn.poll(request, code));
    if (polled === undefined || polled === '' || polled.outcome !== 'granted') return refuse(reply);
    return sendTokens(reply, polled.tokens, ports.now());
  }

  /** `trakt.tv` makes the text of its error of `WWW-Authenticate`. */
  function refuse(reply: FastifyReply): never {
    const text = 'The grant is of no use; sign in again.';
    void reply.header(
      'www-authenticate',
      `Bearer error="invalid_grant", error_description="${text}"`,
    );
    throw new TraktError(400, 'invalid_grant', text);
  }
}

/** What a person sees of a client that a browser came from. */
function labelOfRedirect(redirectUri: string): string {
  return `A client at ${new URL(redirectUri).host}`.slice(0, 64);
}
