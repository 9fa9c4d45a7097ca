import {
  CuepointError,
  faultOfFacts,
  findFaults,
  toCuepointError,
  type ContentFacts,
} from '@cuepoint/core';
import type { Catalogue, CatalogueContent, CatalogueEntry } from '@cuepoint/store';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { callerOf } from '../auth/authenticate.ts';
import type { Caller } from '../auth/caller.ts';
import { SCOPE_SERVICE } from '../auth/identity.ts';
import { CONTENTS_PER_CALL_MAX, CONTENTS_PER_READ_MAX, LIST_LIMIT_DEFAULT } from '../limits.ts';
import { listOf, withProblems } from '../schemas/answers.ts';
import {
  CatalogueBodySchema,
  CatalogueContentSchema,
  CatalogueContentsSchema,
  CatalogueEntrySchema,
  CatalogueEpisodeSchema,
  CatalogueQuerySchema,
  CatalogueWriteSchema,
  DocumentedCatalogueBodySchema,
} from '../schemas/catalogue.ts';
import { ContentParamsSchema, ListQuerySchema } from '../schemas/requests.ts';
import type { AwaitDatabase } from '../service/await-database.ts';
import { requireRate, type UserRates } from '../service/user-rates.ts';
import type { RouteApp } from './route-app.ts';

export interface CatalogueRouteDeps {
  readonly catalogue: Catalogue;
  readonly awaitDatabase: AwaitDatabase;
  readonly rates: Pick<UserRates, 'ops' | 'rows'>;
}

const tags = ['catalogue'];
const access = `Needs the scope \`${SCOPE_SERVICE}\`.`;

/** What is known of contents: of no user, and read by all of them. */
export function addCatalogueRoutes(
  app: RouteApp,
  { catalogue, awaitDatabase, rates }: CatalogueRouteDeps,
): void {
  app.route({
    method: 'PUT',
    url: '/catalogue',
    config: { documentedBody: DocumentedCatalogueBodySchema },
    schema: {
      operationId: 'putCatalogue',
      summary: 'Says what is known of contents',
      description:
        `Up to ${CONTENTS_PER_CALL_MAX} a call, idempotent, taken in their order: what takes an alias back stands before ` +
        `what gives it to another content. A bad entry is in \`rejected\` and all others are stored. ${access}`,
      tags,
      body: CatalogueBodySchema,
      response: withProblems({ 200: CatalogueWriteSchema }),
    },
    handler: async (request) => {
      const caller = callerOf(request);
      requireService(caller);
      const { contents } = request.body;
      requireRoom(contents.length);
      if (contents.length > 0) requireRate(rates.ops.take(caller.userId, contents.length));
      const { entries, indexes, rejected } = readEntries(contents);
      if (entries.length === 0) return { changed: 0, rejected };
      const { changed, refusals } = await awaitDatabase(() =>
        catalogue.put(caller.userId, entries),
      );
      for (const { index, code, field } of refusals) {
        rejected.push({ index: indexes[index] ?? index, code, field });
      }
      return { changed, rejected: rejected.toSorted((a, b) => a.index - b.index) };
    },
  });

  app.route({
    method: 'GET',
    url: '/catalogue',
    schema: {
      operationId: 'listCatalogueContents',
      summary: 'What is known of some contents, each by any of its ids',
      description: `Up to ${CONTENTS_PER_READ_MAX} a call, as far as the head of a request holds their ids.`,
      tags,
      querystring: CatalogueQuerySchema,
      response: withProblems({ 200: CatalogueContentsSchema }),
    },
    handler: async (request) => {
      const { userId } = callerOf(request);
      const known = await catalogue.read(userId, request.query.contentId);
      rates.rows.add(userId, known.length);
      return { items: known.map(toAnswer) };
    },
  });

  app.route({
    method: 'GET',
    url: '/catalogue/:contentId',
    schema: {
      operationId: 'getCatalogueContent',
      summary: 'What is known of a content, by any of its ids',
      tags,
      params: ContentParamsSchema,
      response: withProblems({ 200: CatalogueContentSchema }),
    },
    handler: async (request) => {
      const [known] = await catalogue.read(callerOf(request).userId, [request.params.contentId]);
      if (known === undefined) throw unknownContent();
      return toAnswer(known);
    },
  });

  app.route({
    method: 'GET',
    url: '/catalogue/:contentId/episodes',
    schema: {
      operationId: 'listEpisodes',
      summary: 'The episodes of a series, by season and number',
      description:
        'By any id of the series. Specials (season 0) come first, what has no number last.',
      tags,
      params: ContentParamsSchema,
      querystring: ListQuerySchema,
      response: withProblems({ 200: listOf(CatalogueEpisodeSchema) }),
    },
    handler: async (request) => {
      const { userId } = callerOf(request);
      const { limit = LIST_LIMIT_DEFAULT, cursor } = request.query;
      const page = await catalogue.listEpisodes(userId, request.params.contentId, {
        limit,
        ...(cursor === undefined ? {} : { after: cursor }),
      });
      rates.rows.add(userId, page.items.length);
      return {
        ...page,
        items: page.items.map(({ contentId, facts }) => Object.assign({ contentId }, facts)),
      };
    },
  });

  app.route({
    method: 'DELETE',
    url: '/catalogue/:contentId',
    schema: {
      operationId: 'removeFromCatalogue',
      summary: 'Forgets what is known of a content, and its aliases',
      description: `What people watched of it stays. ${access}`,
      tags,
      params: ContentParamsSchema,
      response: withProblems({ 204: Type.Null({ description: 'It is not known any more.' }) }),
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      requireService(caller);
      const { contentId } = request.params;
      if (!(await awaitDatabase(() => catalogue.remove(caller.userId, contentId)))) {
        throw unknownContent();
      }
      return reply.code(204).send();
    },
  });
}

function toAnswer({ contentId, facts, aliases }: CatalogueContent) {
  return { contentId, ...facts, aliases };
}

/** @throws CuepointError `forbidden` */
function requireService({ identity }: Caller): void {
  if (identity.scopes.has(SCOPE_SERVICE)) return;
  throw new CuepointError('forbidden', `The catalogue is written with the scope ${SCOPE_SERVICE}.`);
}

function requireRoom(contents: number): void {
  if (contents <= CONTENTS_PER_CALL_MAX) return;
  throw new CuepointError(
    'limit_exceeded',
    `A call has at most ${CONTENTS_PER_CALL_MAX} contents.`,
    { field: 'contents', limit: { name: 'contentsPerCall', value: CONTENTS_PER_CALL_MAX } },
  );
}

function unknownContent(): CuepointError {
  return new CuepointError('not_found', 'The catalogue does not know this content.');
}

type Rejected = Static<typeof CatalogueWriteSchema>['rejected'];

const entryValidator = Compile(CatalogueEntrySchema);

function readEntries(contents: readonly unknown[]) {
  const entries: CatalogueEntry[] = [];
  const indexes: number[] = [];
  const rejected: Rejected = [];
  const seen = new Set<string>();
  for (const [index, content] of contents.entries()) {
    const fault = faultOfEntry(content, seen);
    if (fault !== undefined) {
      rejected.push({ index, ...fault });
      continue;
    }
    const { contentId, aliases, ...facts } = content as GivenEntry;
    seen.add(contentId);
    indexes.push(index);
    entries.push({ contentId, facts, ...(aliases === undefined ? {} : { aliases }) });
  }
  return { entries, indexes, rejected };
}

type GivenEntry = ContentFacts & Omit<CatalogueEntry, 'facts'>;

/** @param seen ids of the entries before it: which of two would count nobody could say. */
function faultOfEntry(
  content: unknown,
  seen: ReadonlySet<string>,
): Omit<Rejected[number], 'index'> | undefined {
  if (!entryValidator.Check(content)) {
    const { code, field } = toCuepointError(findFaults(CatalogueEntrySchema, content));
    const isOfId = code === 'invalid_content_id';
    return { code: isOfId ? code : 'invalid_content', ...(field !== undefined && { field }) };
  }
  const { contentId, ...facts } = content;
  if (seen.has(contentId)) return { code: 'invalid_content', field: 'contentId' };
  const field = faultOfFacts(contentId, facts);
  return field === undefined ? undefined : { code: 'invalid_content', field };
}
