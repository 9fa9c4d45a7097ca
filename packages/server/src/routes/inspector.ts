import { CuepointError, isUuid, normalizeUuid } from '@cuepoint/core';
import { setPlatformTimer, type SetTimer, type SyncRepository } from '@cuepoint/store';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { callerOf } from '../auth/authenticate.ts';
import { SCOPE_ADMIN } from '../auth/identity.ts';
import type { AuditTrail } from '../http/audit-trail.ts';
import { toInspectedUser } from '../inspector/inspected-user.ts';
import { toExplainedList } from '../inspector/explained-list.ts';
import { openOpTail, type OpTail } from '../inspector/open-op-tail.ts';
import { CARDS_MAX, INSPECTED_ROWS_MAX, OP_TAILS_MAX } from '../limits.ts';
import type { LiveInspection } from '../live/live-inspection.ts';
import { textOf, withProblems } from '../schemas/answers.ts';
import { ExplainedListSchema, InspectedUserSchema } from '../schemas/inspection.ts';
import { readContinueWatching } from '../watching/read-list.ts';
import type { RouteApp } from './route-app.ts';

export interface InspectorRouteDeps {
  readonly repository: Pick<SyncRepository, 'inspectUser' | 'listEngaged' | 'readViewed'>;
  readonly inspection: LiveInspection;
  readonly audit: AuditTrail;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  readonly setTimer?: SetTimer | undefined;
}

const tags = ['inspector'];
const params = Type.Object({
  userId: Type.String({ description: 'The user to look at, a UUID.' }),
});
const access = `Needs the scope \`${SCOPE_ADMIN}\`. Each look leaves a line in the trail.`;
const TAILS_RETRY_AFTER_MS = 5_000;

/** What operators may look at of any user. [SEC1] */
export function addInspectorRoutes(
  app: RouteApp,
  { repository, inspection, audit, now, setTimer = setPlatformTimer }: InspectorRouteDeps,
): void {
  const tails = new Set<OpTail>();
  let isStopping = false;
  let tailsOpen = 0;
  // Before the server waits for its connections: a tail ends only when it is told to. [LIV5]
  app.addHook('preClose', async () => {
    isStopping = true;
    for (const tail of tails) tail.end('stopping');
  });

  /** Leaves a line in the trail. @throws CuepointError `forbidden`, `invalid_user_id` */
  function requireLook(request: FastifyRequest, named: string): string {
    const { identity } = callerOf(request);
    if (!identity.scopes.has(SCOPE_ADMIN)) {
      throw new CuepointError('forbidden', `The inspector needs the scope ${SCOPE_ADMIN}.`);
    }
    if (!isUuid(named)) {
      throw new CuepointError('invalid_user_id', 'A user id is a UUID.', { field: 'userId' });
    }
    const userId = normalizeUuid(named);
    audit(request, 'looks at a user', { actor: identity.userId, userId });
    return userId;
  }

  app.route({
    method: 'GET',
    url: '/inspector/users/:userId',
    schema: {
      operationId: 'inspectUser',
      summary: 'What is stored of a user, and the sessions that this instance holds of them',
      description:
        `At most ${INSPECTED_ROWS_MAX} rows of each kind, the newest; \`isTruncated\` says when there are ` +
        `more. ${access}`,
      tags,
      params,
      response: withProblems({ 200: InspectedUserSchema }),
    },
    handler: async (request) => {
      const userId = requireLook(request, request.params.userId);
      const stored = await repository.inspectUser(userId, { rowsMax: INSPECTED_ROWS_MAX });
      return toInspectedUser(userId, stored, inspection.sessionsOf(userId), now());
    },
  });

  app.route({
    method: 'GET',
    url: '/inspector/users/:userId/continue-watching',
    schema: {
      operationId: 'explainContinueWatching',
      summary: 'Why each title is on the list of a user, or why it is not',
      description: `The latest ${CARDS_MAX} cards and what is hidden between them, each with the rule that decided and with who wrote what, by claim. ${access}`,
      tags,
      params,
      response: withProblems({ 200: ExplainedListSchema }),
    },
    handler: async (request) => {
      const userId = requireLook(request, request.params.userId);
      const nowMs = now();
      const page = await readContinueWatching(repository, userId, { limit: CARDS_MAX, nowMs });
      return toExplainedList(userId, page, nowMs);
    },
  });

  app.route({
    method: 'GET',
    url: '/inspector/users/:userId/ops',
    exposeHeadRoute: false,
    schema: {
      operationId: 'tailOps',
      summary: 'The ops of a user as they come, as JSON lines',
      description:
        'A line has a `type`: `open` first, then `op` with its result and, where it is known, which write ' +
        'won and why; `heartbeat` every 15 s; `dropped` where a slow reader missed lines; `end`. Other ' +
        `instances tell of what they stored alone, as far as the feed reaches. ${access}`,
      tags,
      params,
      response: withProblems({ 200: textOf('application/x-ndjson', 'JSON lines, without end.') }),
    },
    handler: async (request, reply) => {
      const userId = requireLook(request, request.params.userId);
      const tail = await openTail(userId, callerOf(request).identity.expiresAtMs);
      return reply.type('application/x-ndjson').header('x-accel-buffering', 'no').send(tail.stream);
    },
  });

  async function openTail(userId: string, tokenExpiresAtMs: number): Promise<OpTail> {
    if (tailsOpen >= OP_TAILS_MAX) {
      throw new CuepointError('overloaded', `Only ${OP_TAILS_MAX} tails are open at one time.`, {
        limit: { name: 'opTails', value: OP_TAILS_MAX },
        retryAfterMs: TAILS_RETRY_AFTER_MS,
      });
    }
    tailsOpen += 1;
    try {
      const deps = { inspection, repository, now, setTimer };
      const tail = await openOpTail(deps, { userId, tokenExpiresAtMs });
      tails.add(tail);
      tail.stream.once('close', () => {
        tails.delete(tail);
        tailsOpen -= 1;
      });
      if (isStopping) tail.end('stopping');
      return tail;
    } catch (error) {
      tailsOpen -= 1;
      throw error;
    }
  }
}
