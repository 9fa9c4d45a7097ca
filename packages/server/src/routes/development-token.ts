import { normalizeUuid, UUID_PATTERN } from '@cuepoint/core';
import { Type } from 'typebox';
import { withProblems } from '../schemas/answers.ts';
import { DEVELOPMENT_USER_ID } from '../auth/authority.ts';
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
        { userId: Type.Optional(Type.String({ pattern: UUID_PATTERN, description: 'A UUID.' })) },
        { additionalProperties: false },
      ),
      response: withProblems({
        200: Type.Object({ userId: Type.String(), token: Type.String() }),
      }),
    },
    handler: async (request) => {
      const userId = normalizeUuid(request.body.userId ?? DEVELOPMENT_USER_ID);
      return { userId, token: await development.mintToken(userId) };
    },
  });
}
