import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import type { TSchema } from 'typebox';
import { VERSION } from '../version.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Documents a body that is validated in parts. */
    readonly documentedBody?: TSchema;
  }
}

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
        },
      },
      security: [{ bearer: [] }],
      tags: [
        { name: 'watchlist', description: 'What the user wants to watch.' },
        { name: 'progress', description: 'Where the user is in what is watched.' },
        { name: 'devices', description: 'The installed apps of the user and their presence.' },
        { name: 'sync', description: 'For replicas: push and pull in one round trip.' },
        { name: 'user', description: 'All data of the user at once.' },
        { name: 'operation', description: 'For operators; no token is needed.' },
      ],
    },
    transform: ({ schema, url, route }) => {
      const documented = route.config?.documentedBody;
      return { schema: documented === undefined ? schema : { ...schema, body: documented }, url };
    },
  });
}
