import { CuepointError, normalizeUuid } from '@cuepoint/core';
import { Type } from 'typebox';
import type { Accounts } from '../../accounts/accounts.ts';
import { decideScreen, findScreen } from '../../accounts/device-codes.ts';
import { instantOf } from '../../http/instant.ts';
import { DecisionSchema, ScreenSchema, UserCodeSchema } from '../../schemas/account.ts';
import { withProblems } from '../../schemas/answers.ts';
import type { RouteApp } from '../route-app.ts';
import { ACCOUNT_ROUTE, requireProfile } from './account.ts';
import type { Browsers } from './browser.ts';

export interface ScreenRouteDeps {
  readonly accounts: Accounts;
  readonly browsers: Browsers;
}

/** A signed-in person confirms a TV that shows a code. [ACC3] */
export function addScreenRoutes(app: RouteApp, { accounts, browsers }: ScreenRouteDeps): void {
  app.route({
    method: 'POST',
    url: '/account/screens/find',
    schema: {
      operationId: 'findScreen',
      summary: 'The screen that waits under a code',
      ...ACCOUNT_ROUTE,
      body: Type.Object({ userCode: UserCodeSchema }, { additionalProperties: false }),
      response: withProblems({ 200: ScreenSchema }),
    },
    handler: async (request) => {
      const { accountId } = await browsers.require(request);
      const { address } = browsers.from(request);
      const found = await findScreen(accounts, request.body.userCode, { accountId, address });
      return { label: found.label, since: instantOf(found.createdAtMs) };
    },
  });

  app.route({
    method: 'POST',
    url: '/account/screens/decide',
    schema: {
      operationId: 'decideScreen',
      summary: 'Signs the screen in to a profile, or denies it; once',
      ...ACCOUNT_ROUTE,
      body: DecisionSchema,
      response: withProblems({ 204: Type.Null({ description: 'Done.' }) }),
    },
    handler: async (request, reply) => {
      const { accountId } = await browsers.require(request);
      const { address } = browsers.from(request);
      const { userCode, decision } = request.body;
      const userId = request.body.userId && normalizeUuid(request.body.userId);
      if ((decision === 'confirm') !== (userId !== undefined)) {
        throw new CuepointError('invalid_request', 'A profile goes with confirm, and only there.', {
          field: 'userId',
        });
      }
      if (userId !== undefined) await requireProfile(accounts, accountId, userId);
      await decideScreen(accounts, userCode, userId, { accountId, address });
      return reply.code(204).send();
    },
  });
}
