import { Type } from 'typebox';
import type { AnswerPage } from '../console/serve-console.ts';
import { withProblems } from '../schemas/answers.ts';
import type { HealthProbe } from '../service/parts.ts';
import { VERSION } from '../version.ts';
import type { RouteApp } from './route-app.ts';

const tags = ['operation'];
const open = { security: [] };

export interface HealthRouteDeps {
  readonly health: HealthProbe;
  readonly isDevelopment: boolean;
  /** The console's page of the same path, for browsers; undefined without a console. */
  readonly answerPage: AnswerPage | undefined;
}

/** What a balancer or a supervisor asks. */
export function addProbeRoutes(app: RouteApp, { health }: Pick<HealthRouteDeps, 'health'>): void {
  app.route({
    method: 'GET',
    url: '/livez',
    schema: {
      operationId: 'livez',
      summary: 'The process answers',
      tags,
      ...open,
      response: withProblems({ 200: Type.Object({ status: Type.Literal('live') }) }),
    },
    handler: async () => ({ status: 'live' as const }),
  });

  app.route({
    method: 'GET',
    url: '/readyz',
    schema: {
      operationId: 'readyz',
      summary: 'The database answers and its schema fits; else 503 with the reason',
      description:
        'degraded: the feed is lost. It is ready all the same: no write waits for the feed.',
      tags,
      ...open,
      response: withProblems({
        200: Type.Object({ status: Type.Enum(['ready', 'degraded']) }),
      }),
    },
    handler: async () => {
      await health.requireReady();
      const { state } = health.report().feed;
      return { status: state === 'lost' ? ('degraded' as const) : ('ready' as const) };
    },
  });
}

/** What an operator asks. */
export function addHealthRoute(
  app: RouteApp,
  { health, isDevelopment, answerPage }: HealthRouteDeps,
): void {
  app.route({
    method: 'GET',
    url: '/health',
    schema: {
      operationId: 'health',
      summary: 'What this service is and how it stores',
      tags,
      ...open,
      response: withProblems({
        200: Type.Object({
          status: Type.Literal('live'),
          ready: Type.Boolean({ description: 'What /readyz says: the database answers.' }),
          version: Type.String(),
          mode: Type.Enum(['development', 'production']),
          database: Type.Enum(['postgres', 'pglite']),
          durable: Type.Boolean({ description: 'Whether an ack survives a power cut.' }),
          durabilityWarnings: Type.Array(Type.String()),
          backlogChanges: Type.Integer(),
          backlogBytes: Type.Integer(),
          feed: Type.Object(
            {
              kind: Type.Enum(['memory', 'postgres', 'nats']),
              state: Type.Enum(['connected', 'lost']),
            },
            {
              description:
                'lost: devices on other instances hear of changes with a delay; nothing is lost.',
            },
          ),
        }),
      }),
    },
    handler: async (request, reply) => {
      // Here and not in a hook: after a hook whose client has gone the route would answer once more.
      const page = answerPage?.(request, reply);
      if (page !== undefined) return page;
      const ready = await health.requireReady().then(
        () => true,
        () => false,
      );
      const report = health.report();
      return {
        status: 'live' as const,
        ready,
        version: VERSION,
        mode: isDevelopment ? ('development' as const) : ('production' as const),
        ...report,
        durabilityWarnings: [...report.durabilityWarnings],
      };
    },
  });
}
