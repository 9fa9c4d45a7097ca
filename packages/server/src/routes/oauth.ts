import { isDeviceId } from '@cuepoint/core';
import type { FastifyRequest } from 'fastify';
import type { Accounts } from '../accounts/accounts.ts';
import { beginDeviceCode, pollDeviceCode } from '../accounts/device-codes.ts';
import { endApp } from '../accounts/end-app.ts';
import { refresh, type TokenPair } from '../accounts/refresh.ts';
import { requireRate } from '../service/user-rates.ts';
import type { Rate } from '../service/rate.ts';
import type { RouteApp } from './route-app.ts';

export interface OAuthRouteDeps {
  readonly accounts: Accounts;
  /** The live sessions of a user are looked at. */
  readonly onSignedOut: (userId: string) => void;
  readonly addressOf: (request: FastifyRequest) => string;
  /** Where people open the service. */
  readonly publicAddressOf: (request: FastifyRequest) => string;
  /** By address: codes that are begun, and what is refused. */
  readonly begun: Rate;
  readonly refused: Rate;
}

type Params = Readonly<Record<string, string>>;

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const FORM = 'application/x-www-form-urlencoded';
const FORM_BYTES_MAX = 16_384;
const LABEL_LENGTH_MAX = 64;
const SECRET_LENGTH_MAX = 4_096;

/** RFC 6749, 5.2, and RFC 8628, 3.5. */
type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'authorization_pending'
  | 'slow_down'
  | 'access_denied'
  | 'expired_token';

class OAuthError extends Error {
  readonly code: OAuthErrorCode;

  constructor(code: OAuthErrorCode, description: string) {
    super(description);
    this.code = code;
  }
}

/** A TV signs in by a code, and its tokens are renewed and revoked: RFC 8628, 6749, 7009 and 8414. [ACC3] [ACC4] */
export function addOAuthRoutes(app: RouteApp, deps: OAuthRouteDeps): void {
  const { accounts, onSignedOut, addressOf, publicAddressOf, begun, refused } = deps;
  const schema = { hide: true } as const;
  acceptForms(app);
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof OAuthError)) throw error;
    return reply.code(400).send({ error: error.code, error_description: error.message });
  });

  app.route({
    method: 'GET',
    url: '/.well-known/oauth-authorization-server',
    schema,
    handler: async (request) => {
      const issuer = publicAddressOf(request);
      return {
        issuer,
        device_authorization_endpoint: `${issuer}/oauth/device_authorization`,
        token_endpoint: `${issuer}/oauth/token`,
        revocation_endpoint: `${issuer}/oauth/revoke`,
        grant_types_supported: [DEVICE_GRANT, 'refresh_token'],
        response_types_supported: [],
        token_endpoint_auth_methods_supported: ['none'],
        revocation_endpoint_auth_methods_supported: ['none'],
      };
    },
  });

  app.route({
    method: 'POST',
    url: '/oauth/device_authorization',
    schema,
    bodyLimit: FORM_BYTES_MAX,
    handler: async (request) => {
      requireRate(begun.take(addressOf(request)));
      const params = paramsOf(request);
      const screen = { label: labelOf(params), deviceId: deviceIdOf(params) };
      const code = await beginDeviceCode(accounts, screen);
      const page = `${publicAddressOf(request)}/link`;
      return {
        device_code: code.deviceCode,
        user_code: code.userCode,
        verification_uri: page,
        // In the fragment, which no log or proxy sees.
        verification_uri_complete: `${page}#code=${code.userCode}`,
        expires_in: code.expiresInSeconds,
        interval: code.intervalSeconds,
      };
    },
  });

  app.route({
    method: 'POST',
    url: '/oauth/token',
    schema,
    bodyLimit: FORM_BYTES_MAX,
    handler: async (request) => {
      const params = paramsOf(request);
      requireRate(refused.check(addressOf(request)));
      switch (requireParam(params, 'grant_type')) {
        case DEVICE_GRANT:
          return tokenAnswer(await byDeviceCode(request, requireParam(params, 'device_code')));
        case 'refresh_token':
          return tokenAnswer(await byRefreshToken(request, requireParam(params, 'refresh_token')));
        default:
          throw new OAuthError(
            'unsupported_grant_type',
            'Ask by a device code or a refresh token.',
          );
      }
    },
  });

  app.route({
    method: 'POST',
    url: '/oauth/revoke',
    schema,
    bodyLimit: FORM_BYTES_MAX,
    handler: async (request, reply) => {
      const userId = await endApp(accounts, requireParam(paramsOf(request), 'token'));
      if (userId !== undefined) onSignedOut(userId);
      return reply.code(200).send({});
    },
  });

  async function byDeviceCode(request: FastifyRequest, deviceCode: string): Promise<TokenPair> {
    const polled = await pollDeviceCode(accounts, deviceCode);
    switch (polled.outcome) {
      case 'granted':
        return polled;
      case 'pending':
        throw new OAuthError('authorization_pending', 'Nobody has confirmed it yet.');
      case 'too_fast':
        throw new OAuthError('slow_down', 'Ask five seconds later each time.');
      case 'denied':
        throw new OAuthError('access_denied', 'It was denied.');
      case 'expired':
        throw new OAuthError('expired_token', 'The code is ten minutes old; begin anew.');
      case 'used':
      case 'unknown':
        return refuse(request, 'The device code is of no use.');
    }
  }

  async function byRefreshToken(request: FastifyRequest, token: string): Promise<TokenPair> {
    const refreshed = await refresh(accounts, token);
    if (refreshed.outcome === 'given') return refreshed;
    if (refreshed.outcome === 'reused') onSignedOut(refreshed.userId);
    return refuse(request, 'The refresh token is of no use; sign in again.');
  }

  function refuse(request: FastifyRequest, description: string): never {
    refused.add(addressOf(request), 1);
    throw new OAuthError('invalid_grant', description);
  }
}

/** Besides JSON, which some clients send. */
function acceptForms(app: RouteApp): void {
  app.addContentTypeParser<string>(FORM, { parseAs: 'string' }, (_request, body, done) => {
    const params = new URLSearchParams(body);
    const names = [...params.keys()];
    // RFC 6749, 3.2.
    if (new Set(names).size === names.length) done(null, Object.fromEntries(params));
    else done(new OAuthError('invalid_request', 'A parameter is there twice.'), undefined);
  });
}

function paramsOf({ body }: FastifyRequest): Params {
  const entries = Object.entries((body ?? {}) as Readonly<Record<string, unknown>>);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function requireParam(params: Params, name: string): string {
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  if (value !== undefined && value !== '' && value.length <= SECRET_LENGTH_MAX) return value;
  throw new OAuthError('invalid_request', `The parameter ${name} is missing or too long.`);
}

/** What the screen calls itself, else the name of its app. */
function labelOf(params: Params): string {
  const label = (params['device_name'] ?? requireParam(params, 'client_id')).trim();
  const isText = label !== '' && label.length <= LABEL_LENGTH_MAX && !/\p{C}/u.test(label);
  if (isText) return label;
  throw new OAuthError('invalid_request', `A name has 1 to ${LABEL_LENGTH_MAX} signs.`);
}

/** Not of OAuth: which device of Cuepoint the tokens are bound to. */
function deviceIdOf({ device_id: deviceId }: Params): string | undefined {
  if (deviceId === undefined || isDeviceId(deviceId)) return deviceId;
  throw new OAuthError('invalid_request', 'device_id is 1 to 255 of A-Z a-z 0-9 . _ : -.');
}

function tokenAnswer({ accessToken, expiresInSeconds, refreshToken }: TokenPair) {
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: expiresInSeconds,
    refresh_token: refreshToken,
  };
}
