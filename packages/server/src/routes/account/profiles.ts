import { CuepointError, normalizeUuid } from '@cuepoint/core';
import { PROFILES_MAX, type SyncRepository } from '@cuepoint/store';
import { Type } from 'typebox';
import { readName } from '../../accounts/account-text.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import { NameSchema, ProfileIdSchema, ProfileSchema } from '../../schemas/account.ts';
import { withProblems } from '../../schemas/answers.ts';
import type { RouteApp } from '../route-app.ts';
import { ACCOUNT_ROUTE, requireProfile } from './account.ts';
import type { Browsers } from './browser.ts';

export interface ProfileRouteDeps {
  readonly accounts: Accounts;
  readonly browsers: Browsers;
  readonly repository: Pick<SyncRepository, 'eraseUser'>;
  /** Nothing is left of the user: the live sessions end. */
  readonly onErased: (userId: string) => void;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
}

const BodySchema = Type.Object({ name: NameSchema }, { additionalProperties: false });
const ParamsSchema = Type.Object({ userId: ProfileIdSchema });

/** The profiles of a person: each is a user of everything else. [ACC1] */
export function addProfileRoutes(app: RouteApp, deps: ProfileRouteDeps): void {
  const { accounts, browsers, repository, onErased, now } = deps;
  const { people, randomUuid } = accounts;

  app.route({
    method: 'POST',
    url: '/account/profiles',
    schema: {
      operationId: 'addProfile',
      summary: 'Adds a profile',
      ...ACCOUNT_ROUTE,
      body: BodySchema,
      response: withProblems({ 201: ProfileSchema }),
    },
    handler: async (request, reply) => {
      const { accountId } = await browsers.require(request);
      const profile = { userId: randomUuid(), name: readName(request.body.name) };
      if (!(await people.addProfile(accountId, profile))) {
        const count = (await people.profilesOf(accountId)).length;
        throw count < PROFILES_MAX ? nameTaken() : tooMany();
      }
      return reply.code(201).send(profile);
    },
  });

  app.route({
    method: 'PUT',
    url: '/account/profiles/:userId',
    schema: {
      operationId: 'renameProfile',
      summary: 'Gives a profile another name',
      ...ACCOUNT_ROUTE,
      params: ParamsSchema,
      body: BodySchema,
      response: withProblems({ 200: ProfileSchema }),
    },
    handler: async (request) => {
      const { accountId } = await browsers.require(request);
      const userId = normalizeUuid(request.params.userId);
      await requireProfile(accounts, accountId, userId);
      const profile = { userId, name: readName(request.body.name) };
      if (!(await people.renameProfile(accountId, profile))) throw nameTaken();
      return profile;
    },
  });

  app.route({
    method: 'DELETE',
    url: '/account/profiles/:userId',
    schema: {
      operationId: 'deleteProfile',
      summary: 'Signs the apps of a profile out and erases everything stored of it, for good',
      ...ACCOUNT_ROUTE,
      params: ParamsSchema,
      response: withProblems({ 204: Type.Null({ description: 'Nothing is left.' }) }),
    },
    handler: async (request, reply) => {
      const { accountId } = await browsers.require(request);
      const userId = normalizeUuid(request.params.userId);
      await requireProfile(accounts, accountId, userId);
      if ((await people.profilesOf(accountId)).length === 1) {
        throw new CuepointError('invalid_request', 'A person keeps one profile.', {
          field: 'userId',
        });
      }
      // Its apps first: what they send from here on is refused, and cannot come after the erasure.
      await people.endProfile(accountId, userId);
      await repository.eraseUser(userId, now());
      await people.deleteProfile(accountId, userId);
      onErased(userId);
      return reply.code(204).send();
    },
  });
}

function nameTaken(): CuepointError {
  return new CuepointError('invalid_request', 'There is a profile of this name.', {
    field: 'name',
  });
}

function tooMany(): CuepointError {
  return new CuepointError('limit_exceeded', `A person has at most ${PROFILES_MAX} profiles.`, {
    limit: { name: 'profiles', value: PROFILES_MAX },
  });
}
