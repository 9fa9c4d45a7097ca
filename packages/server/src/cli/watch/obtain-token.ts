import { CuepointError } from '@cuepoint/core';
import { mintToken, TOKEN_TTL_SECONDS_DEFAULT } from '../../auth/mint-token.ts';
import { configurationError, readSettings } from '../../config/read-settings.ts';
import type { SettingValues } from '../../config/settings.ts';
import type { CliContext } from '../context.ts';

const REQUEST_TIMEOUT_MS = 10_000;

export interface TokenTarget {
  readonly userId: string;
  readonly deviceId: string;
  readonly serviceUrl: URL;
}

/**
 * The token of CUEPOINT_TOKEN; without it one that the shared secret signs; without that one which a service
 * in development mode hands out. [SEC2] Never by flag: arguments are visible to every process.
 *
 * @returns `undefined` when the service cannot be reached now.
 * @throws CuepointError `unauthenticated` when there is none to be had.
 */
export async function obtainToken(
  context: CliContext,
  { userId, deviceId, serviceUrl }: TokenTarget,
): Promise<string | undefined> {
  const given = context.env['CUEPOINT_TOKEN'];
  if (given !== undefined && given !== '') return given;
  const { values, problems } = readSettings(context, ['auth']);
  if (problems.length > 0) throw configurationError(problems);
  const { jwtSecret, jwtAudience, jwtIssuer } = values as SettingValues;
  if (jwtSecret === undefined) return requestDevelopmentToken(serviceUrl, userId);
  return mintToken(
    jwtSecret,
    {
      userId,
      deviceId,
      ttlSeconds: TOKEN_TTL_SECONDS_DEFAULT,
      audience: jwtAudience,
      issuer: jwtIssuer,
    },
    context.now(),
  );
}

async function requestDevelopmentToken(
  serviceUrl: URL,
  userId: string,
): Promise<string | undefined> {
  const response = await fetch(new URL('/dev/token', serviceUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  }).catch(() => undefined);
  if (response === undefined || response.status >= 500) return undefined;
  const body = (await response.json().catch(() => undefined)) as { token?: unknown } | undefined;
  if (typeof body?.token === 'string') return body.token;
  throw new CuepointError(
    'unauthenticated',
    'The service hands out no tokens: set CUEPOINT_TOKEN, or CUEPOINT_JWT_SECRET to sign one.',
  );
}
