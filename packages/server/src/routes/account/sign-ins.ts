import { CuepointError, UUID_PATTERN } from '@cuepoint/core';
import type { ListedSignIn } from '@cuepoint/store';
import { Type } from 'typebox';
import type { Accounts } from '../../accounts/accounts.ts';
import { instantOf } from '../../http/instant.ts';
import { SignInListSchema } from '../../schemas/account.ts';
import { withProblems } from '../../schemas/answers.ts';
import type { RouteApp } from '../route-app.ts';
import { ACCOUNT_ROUTE } from './account.ts';
import type { Browsers } from './browser.ts';

export interface SignInRouteDeps {
  readonly accounts: Accounts;
  readonly browsers: Browsers;
  readonly onSignedOut: (accountId: string) => Promise<void>;
}

/** What a person is signed in with, and its end. [ACC5] */
export function addSignInRoutes(app: RouteApp, deps: SignInRouteDeps): void {
  const { browsers, onSignedOut } = deps;
  const { signIns } = deps.accounts;
  const Ended = Type.Null({ description: 'It is signed out.' });

  app.route({
    method: 'GET',
    url: '/account/sign-ins',
    schema: {
      operationId: 'listSignIns',
      summary: 'Browsers and apps of the person, the last used first',
      ...ACCOUNT_ROUTE,
      response: withProblems({ 200: SignInListSchema }),
    },
    handler: async (request) => {
      const { id, accountId } = await browsers.require(request);
      return { items: (await signIns.list(accountId)).map((each) => toItem(each, id)) };
    },
  });

  app.route({
    method: 'DELETE',
    url: '/account/sign-ins/:id',
    schema: {
      operationId: 'endSignIn',
      summary: 'Signs one out, its live sessions too',
      ...ACCOUNT_ROUTE,
      params: Type.Object({ id: Type.String({ pattern: UUID_PATTERN }) }),
      response: withProblems({ 204: Ended }),
    },
    handler: async (request, reply) => {
      const { accountId } = await browsers.require(request);
      if (!(await signIns.end(accountId, request.params.id))) {
        throw new CuepointError('not_found', 'Nothing of yours is signed in by this id.');
      }
      await onSignedOut(accountId);
      return reply.code(204).send();
    },
  });

  app.route({
    method: 'DELETE',
    url: '/account/sign-ins',
    schema: {
      operationId: 'endOtherSignIns',
      summary: 'Signs everything out but this browser',
      ...ACCOUNT_ROUTE,
      response: withProblems({ 204: Ended }),
    },
    handler: async (request, reply) => {
      const { id, accountId } = await browsers.require(request);
      await signIns.endOthers(accountId, id);
      await onSignedOut(accountId);
      return reply.code(204).send();
    },
  });
}

function toItem({ createdAtMs, lastUsedAtMs, profile, ...rest }: ListedSignIn, hereId: string) {
  return {
    id: rest.id,
    label: rest.label,
    isHere: rest.id === hereId,
    ...(profile === undefined ? {} : { profile }),
    ...(rest.deviceId === undefined ? {} : { deviceId: rest.deviceId }),
    createdAt: instantOf(createdAtMs),
    lastUsedAt: instantOf(lastUsedAtMs),
  };
}
