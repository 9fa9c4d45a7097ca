import { CuepointError } from '@cuepoint/core';
import { Command, Option } from 'commander';
import { DEVELOPMENT_TOKEN_TTL_SECONDS } from '../auth/authority.ts';
import { loadDevelopmentSecret } from '../auth/development-secret.ts';
import { SCOPE_ADMIN, SCOPE_DEVICES, SCOPE_SERVICE } from '../auth/identity.ts';
import { requireDataDirectory } from '../config/data-directory.ts';
import { mintToken, TOKEN_TTL_SECONDS_DEFAULT, TOKEN_TTL_SECONDS_MAX } from '../auth/mint-token.ts';
import { parseInteger } from '../config/parse-value.ts';
import { configurationError, readSettings } from '../config/read-settings.ts';
import type { SettingValues } from '../config/settings.ts';
import { print, type CliContext } from './context.ts';
import { parseFlag } from './parse-flag.ts';
import { parseUserId } from './user-option.ts';

interface TokenFlags {
  readonly user: string;
  readonly device?: string;
  readonly ttl?: number;
  readonly scope?: readonly string[];
}

export function tokenCommand(context: CliContext): Command {
  return new Command('token')
    .description("sign a token with the service's shared secret and print it")
    .requiredOption('--user <uuid>', 'whom the token speaks for', parseUserId)
    .option('--device <id>', 'bind the token to one device')
    .option(
      '--ttl <seconds>',
      `how long it is valid (default: ${TOKEN_TTL_SECONDS_DEFAULT}, in development mode an hour)`,
      parseFlag(parseInteger(1, TOKEN_TTL_SECONDS_MAX)),
    )
    .addOption(
      new Option(
        '--scope <scope...>',
        `${SCOPE_SERVICE} acts for any user, ${SCOPE_ADMIN} looks at any user in the console, ` +
          `${SCOPE_DEVICES} removes other devices than the one that the token is bound to`,
      ).choices([SCOPE_SERVICE, SCOPE_ADMIN, SCOPE_DEVICES]),
    )
    .addHelpText(
      'after',
      [
        '',
        'The secret is CUEPOINT_JWT_SECRET; without it, the development secret of the data directory, whose',
        'tokens live an hour at most.',
        '',
        '  cuepoint token --user 7b0e8a52-3f4c-4c8e-9d2a-5f6b7c8d9e0f --ttl 3600',
      ].join('\n'),
    )
    .action(async (flags: TokenFlags) => print(context, await createToken(context, flags)));
}

async function createToken(context: CliContext, flags: TokenFlags): Promise<string> {
  const { values, problems } = readSettings(context, ['auth', 'database']);
  if (problems.length > 0) throw configurationError(problems);
  const settings = values as SettingValues;
  if (settings.jwksUrl !== undefined) {
    throw new CuepointError(
      'configuration_invalid',
      'With CUEPOINT_JWKS_URL tokens come from the identity provider; there is no secret to sign with.',
    );
  }
  if (settings.accounts === 'on' && settings.jwtSecret === undefined && !settings.dev) {
    throw new CuepointError(
      'configuration_invalid',
      'With CUEPOINT_ACCOUNTS tokens come with a sign-in; set CUEPOINT_JWT_SECRET as well to sign some here.',
    );
  }
  const isDevelopment = settings.jwtSecret === undefined;
  if (isDevelopment) await requireDataDirectory(settings.dataDir);
  const secret = settings.jwtSecret ?? (await loadDevelopmentSecret(settings.dataDir));
  const { ttl = TOKEN_TTL_SECONDS_DEFAULT } = flags;
  return mintToken(
    secret,
    {
      userId: flags.user,
      deviceId: flags.device,
      ttlSeconds: isDevelopment ? Math.min(ttl, DEVELOPMENT_TOKEN_TTL_SECONDS) : ttl,
      scopes: flags.scope,
      audience: settings.jwtAudience,
      issuer: settings.jwtIssuer,
    },
    context.now(),
  );
}
