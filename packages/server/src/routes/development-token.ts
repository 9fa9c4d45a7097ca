import { CuepointError, DeviceIdSchema, normalizeUuid, UUID_PATTERN } from '@cuepoint/core';
import { Type } from 'typebox';
import { withProblems } from '../schemas/answers.ts';
import { DEVELOPMENT_USER_ID, type DevelopmentMode } from '../auth/authority.ts';
import { SCOPE_ADMIN, SCOPE_SERVICE } from '../auth/identity.ts';
import type { RouteApp } from './route-app.ts';

const LINK_LENGTH_MAX = 64;

/**
 * Hands out tokens. Added in development mode only, behind its guard. [SEC2]
 *
 * What the guard lets through may still have come over a proxy that adds nothing: a scope takes a code that
 * stands on the terminal alone.
 */
export function addDevelopmentTokenRoute(
  app: RouteApp,
  { development }: { development: DevelopmentMode },
): void {
  app.route({
    method: 'POST',
    url: '/dev/token',
    schema: {
      operationId: 'developmentToken',
      summary:
        'A token of this user, or of the one that development mode serves; in development mode only',
      tags: ['operation'],
      security: [],
      body: Type.Object(
        {
          userId: Type.Optional(Type.String({ pattern: UUID_PATTERN, description: 'A UUID.' })),
          deviceId: Type.Optional({
            ...DeviceIdSchema,
            description: 'Binds the token to one device.',
          }),
          scope: Type.Optional(
            Type.Enum([SCOPE_ADMIN, SCOPE_SERVICE], {
              description: 'What the token may do beyond the data of its user; it takes a `link`.',
            }),
          ),
          link: Type.Optional(
            Type.String({
              maxLength: LINK_LENGTH_MAX,
              description: 'The code of the one-time link that the service prints.',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      response: withProblems({
        200: Type.Object({ userId: Type.String(), token: Type.String() }),
      }),
    },
    handler: async (request) => {
      const { userId: named = DEVELOPMENT_USER_ID, deviceId, scope, link } = request.body;
      if (scope !== undefined && (link === undefined || !development.link.take(link))) {
        throw new CuepointError(
          'forbidden',
          'A scope takes the code of the one-time link that the service prints; each opens once.',
          { field: 'link' },
        );
      }
      const userId = normalizeUuid(named);
      const scopes = scope === undefined ? [] : [scope];
      return { userId, token: await development.mintToken(userId, { deviceId, scopes }) };
    },
  });
}
