import { CuepointError, normalizeUuid } from '@cuepoint/core';
import { Type } from 'typebox';
import type { Accounts } from '../../accounts/accounts.ts';
import { ACCESS_TOKEN_TTL_SECONDS } from '../../accounts/access-tokens.ts';
import { addPerson, changePassword, setUp, signIn } from '../../accounts/sign-in.ts';
import { instantOf } from '../../http/instant.ts';
import {
  AccountSchema,
  NameSchema,
  PasswordSchema,
  TokenRequestSchema,
  TokenSchema,
} from '../../schemas/account.ts';
import { withProblems } from '../../schemas/answers.ts';
import type { RouteApp } from '../route-app.ts';
import type { Browsers } from './browser.ts';

export interface AccountRouteDeps {
  readonly accounts: Accounts;
  readonly browsers: Browsers;
  /** What was signed in for any profile of the account may be so no more: its live sessions are looked at. */
  readonly onSignedOut: (accountId: string) => Promise<void>;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
}

export const ACCOUNT_ROUTE = { tags: ['account'], security: [{ cookie: [] }] };

const Done = Type.Null({ description: 'Done.' });
const CODE_LENGTH_MAX = 128;

/** Who is here, and how they come and go. [ACC1] [ACC2] */
export function addAccountRoutes(app: RouteApp, deps: AccountRouteDeps): void {
  const { accounts, browsers, onSignedOut, now } = deps;
  const { people, signIns, tokens } = accounts;

  app.route({
    method: 'GET',
    url: '/account',
    schema: {
      operationId: 'getAccount',
      summary: 'Who is signed in here',
      ...ACCOUNT_ROUTE,
      response: withProblems({ 200: AccountSchema }),
    },
    handler: async (request) => {
      const browser = await browsers.find(request);
      if (browser === undefined) {
        return { hasPeople: (await people.readState()).hasAccounts, person: null };
      }
      const profiles = await people.profilesOf(browser.accountId);
      const isFirst = await people.isFirst(browser.accountId);
      return { hasPeople: true, person: { name: browser.name, profiles, isFirst } };
    },
  });

  app.route({
    method: 'POST',
    url: '/account/set-up',
    schema: {
      operationId: 'setUp',
      summary: 'Makes the first person, by the link that the service prints, and signs them in',
      ...ACCOUNT_ROUTE,
      body: Type.Object(
        {
          code: Type.String({ maxLength: CODE_LENGTH_MAX }),
          name: NameSchema,
          password: PasswordSchema,
        },
        { additionalProperties: false },
      ),
      response: withProblems({ 204: Done }),
    },
    handler: async (request, reply) => {
      const secret = await setUp(accounts, request.body, browsers.from(request));
      browsers.remember(request, reply, secret);
      return reply.code(204).send();
    },
  });

  app.route({
    method: 'POST',
    url: '/account/sign-in',
    schema: {
      operationId: 'signIn',
      summary: 'Signs this browser in',
      ...ACCOUNT_ROUTE,
      body: Type.Object(
        { name: NameSchema, password: PasswordSchema },
        { additionalProperties: false },
      ),
      response: withProblems({ 204: Done }),
    },
    handler: async (request, reply) => {
      const secret = await signIn(accounts, request.body, browsers.from(request));
      const before = await browsers.find(request);
      if (before !== undefined) {
        await signIns.end(before.accountId, before.id);
        await onSignedOut(before.accountId);
      }
      browsers.remember(request, reply, secret);
      return reply.code(204).send();
    },
  });

  app.route({
    method: 'POST',
    url: '/account/sign-out',
    schema: {
      operationId: 'signOut',
      summary: 'Signs this browser out',
      ...ACCOUNT_ROUTE,
      response: withProblems({ 204: Done }),
    },
    handler: async (request, reply) => {
      const browser = await browsers.find(request);
      browsers.forget(request, reply);
      if (browser !== undefined) {
        await signIns.end(browser.accountId, browser.id);
        await onSignedOut(browser.accountId);
      }
      return reply.code(204).send();
    },
  });

  app.route({
    method: 'POST',
    url: '/account/password',
    schema: {
      operationId: 'changePassword',
      summary: 'Sets another password, and signs everything else of the person out',
      ...ACCOUNT_ROUTE,
      body: Type.Object(
        { password: PasswordSchema, newPassword: PasswordSchema },
        { additionalProperties: false },
      ),
      response: withProblems({ 204: Done }),
    },
    handler: async (request, reply) => {
      const browser = await browsers.require(request);
      const { address } = browsers.from(request);
      await changePassword(accounts, browser, request.body, address);
      await onSignedOut(browser.accountId);
      return reply.code(204).send();
    },
  });

  app.route({
    method: 'POST',
    url: '/account/people',
    schema: {
      operationId: 'addPerson',
      summary: 'Adds another person; the first one of a household may',
      ...ACCOUNT_ROUTE,
      body: Type.Object(
        { name: NameSchema, password: PasswordSchema },
        { additionalProperties: false },
      ),
      response: withProblems({ 204: Done }),
    },
    handler: async (request, reply) => {
      await addPerson(accounts, await browsers.require(request), request.body);
      return reply.code(204).send();
    },
  });

  app.route({
    method: 'POST',
    url: '/account/token',
    schema: {
      operationId: 'accountToken',
      summary:
        'A token of one of the profiles, for a page; it is good while the browser is signed in',
      ...ACCOUNT_ROUTE,
      body: TokenRequestSchema,
      response: withProblems({ 200: TokenSchema }),
    },
    handler: async (request) => {
      const { id: signInId, accountId } = await browsers.require(request);
      const { deviceId } = request.body;
      const userId = normalizeUuid(request.body.userId);
      await requireProfile(accounts, accountId, userId);
      return {
        token: await tokens.mint({ userId, deviceId, signInId }),
        expiresAt: instantOf(now() + ACCESS_TOKEN_TTL_SECONDS * 1_000),
      };
    },
  });
}

/** @throws CuepointError `not_found` for a profile of somebody else as for none. */
export async function requireProfile(
  { people }: Pick<Accounts, 'people'>,
  accountId: string,
  userId: string,
): Promise<void> {
  const profiles = await people.profilesOf(accountId);
  if (profiles.some((profile) => profile.userId === userId)) return;
  throw new CuepointError('not_found', 'You have no such profile.', { field: 'userId' });
}
