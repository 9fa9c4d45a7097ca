import { DeviceIdSchema, normalizeUuid, UUID_PATTERN } from '@cuepoint/core';
import { Type } from 'typebox';
import { withProblems } from '../schemas/answers.ts';
import { DEVELOPMENT_USER_ID } from '../auth/authority.ts';
import { SCOPE_ADMIN, SCOPE_SERVICE } from '../auth/identity.ts';
import type { DevelopmentMode } from '../service/parts.ts';
import type { RouteApp } from './route-app.ts';

/** Hands out tokens. Added in development mode only, behind its Host and Origin checks. [SEC2] */
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
              description: 'What the token may do beyond the data of its user.',
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
      const { userId: named = DEVELOPMENT_USER_ID, deviceId, scope } = request.body;
      const userId = normalizeUuid(named);
      const scopes = scope === undefined ? [] : [scope];
      return { userId, token: await development.mintToken(userId, { deviceId, scopes }) };
    },
  });
}
