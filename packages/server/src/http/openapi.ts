import { DeviceIdSchema, UUID_PATTERN } from '@cuepoint/core';
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { Type, type TSchema } from 'typebox';
import { DEFAULT_DEVICE_ID } from '../auth/caller.ts';
import { SCOPE_SERVICE } from '../auth/identity.ts';
import { VERSION } from '../version.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Documents a body that is validated in parts. */
    readonly documentedBody?: TSchema;
  }
}

/** Read by `authenticate`, before any schema is; here they are only described. */
const CallerHeadersSchema = Type.Object({
  'X-Device-Id': Type.Optional({
    ...DeviceIdSchema,
    description: `The device that calls; without one a write is of ${DEFAULT_DEVICE_ID}.`,
  }),
  'X-Cuepoint-User': Type.Optional(
    Type.String({
      pattern: UUID_PATTERN,
      description: `Whom a token with the scope ${SCOPE_SERVICE} acts for.`,
    }),
  ),
});

/** Describes the routes that are added after it, by the schemas that validate them. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Cuepoint',
        version: VERSION,
        description:
          "Keeps a person's watchlist, playback progress and devices the same on every screen. An " +
          'answered write is durable.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'cuepoint_session' },
        },
      },
      security: [{ bearer: [] }],
      tags: [
        { name: 'watchlist', description: 'What the user wants to watch.' },
        { name: 'progress', description: 'Where the user is in what is watched.' },
        {
          name: 'continue watching',
          description: 'What the user goes on with, and what comes next.',
        },
        { name: 'history', description: 'What was watched, and when.' },
        {
          name: 'registers',
          description: 'What the user says of contents, and what an app keeps of its own.',
        },
        { name: 'devices', description: 'The installed apps of the user and their presence.' },
        { name: 'sync', description: 'For replicas: push and pull in one round trip.' },
        { name: 'catalogue', description: 'What is known of contents, whoever watches them.' },
        { name: 'user', description: 'All data of the user at once.' },
        { name: 'account', description: 'The people of a household, for pages of the service.' },
        { name: 'inspector', description: 'For operators: any user, by a token that may.' },
        { name: 'operation', description: 'For operators; no token is needed.' },
      ],
    },
    // Such a body may be left out: it is read as an empty one.
    transformObject: (document) =>
      'openapiObject' in document
        ? markOptionalBodies(document.openapiObject)
        : document.swaggerObject,
    transform: ({ schema, url, route }) => {
      const body = route.config?.documentedBody;
      const needsToken = schema.security === undefined;
      return {
        schema: {
          ...schema,
          ...(body === undefined ? {} : { body }),
          ...(needsToken ? { headers: CallerHeadersSchema } : {}),
        },
        url,
      };
    },
  });
}

interface Description {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}

interface DescribedOperation {
  readonly requestBody?: {
    required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema?: { required?: string[] } }>>;
  };
}

function markOptionalBodies<Document extends object>(document: Document): Document {
  for (const operations of Object.values((document as Description).paths ?? {})) {
    for (const { requestBody } of Object.values(operations)) {
      if (requestBody === undefined) continue;
      requestBody.required = Object.values(requestBody.content).some(
        ({ schema }) => (schema?.required ?? []).length > 0,
      );
    }
  }
  return document;
}
