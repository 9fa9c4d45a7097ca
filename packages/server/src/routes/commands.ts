import { CommandSchema, CuepointError } from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import { callerOf, writerOf } from '../auth/authenticate.ts';
import type { Commands } from '../live/commands.ts';
import { CommandEndSchema, withProblems } from '../schemas/answers.ts';
import { DeviceParamsSchema, HandOffBodySchema } from '../schemas/requests.ts';
import type { RouteApp } from './route-app.ts';

export interface CommandRouteDeps {
  readonly commands: Commands;
  readonly repository: Pick<SyncRepository, 'getProgressItem'>;
}

const tags = ['devices'];

export function addCommandRoutes(app: RouteApp, { commands, repository }: CommandRouteDeps): void {
  app.route({
    method: 'POST',
    url: '/devices/:deviceId/commands',
    schema: {
      operationId: 'sendCommand',
      summary: 'Asks something of a device, and waits for the outcome',
      description:
        'Commands are live: they reach a device that has a session, on whichever instance, within 5 s or ' +
        'not at all. Nothing is stored.',
      tags,
      params: DeviceParamsSchema,
      body: CommandSchema,
      response: withProblems({ 200: CommandEndSchema }),
    },
    handler: async (request) => {
      const caller = callerOf(request);
      return commands.send({
        userId: caller.userId,
        from: writerOf(caller),
        to: request.params.deviceId,
        command: request.body,
      });
    },
  });

  app.route({
    method: 'POST',
    url: '/devices/handoff',
    schema: {
      operationId: 'handOff',
      summary: 'Moves a content from one device to another',
      description:
        'The target loads the content at the position; once it confirms, and only then, the source is told ' +
        'to stop. Position and state are those stored of the content where the body has none.',
      tags,
      body: HandOffBodySchema,
      response: withProblems({ 200: CommandEndSchema }),
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const { from, to, contentId, ...given } = request.body;
      const start = await startOf(repository, caller.userId, contentId, given);
      return commands.send({
        userId: caller.userId,
        from: writerOf(caller),
        to,
        command: { action: 'handoff', from, contentId, ...start },
      });
    },
  });
}

type StartState = 'playing' | 'paused';

/** The service guesses no position: it was given, or it is stored. */
async function startOf(
  repository: Pick<SyncRepository, 'getProgressItem'>,
  userId: string,
  contentId: string,
  { positionSeconds, state }: { positionSeconds?: number; state?: StartState },
): Promise<{ readonly positionSeconds: number; readonly state: StartState }> {
  if (positionSeconds !== undefined && state !== undefined) return { positionSeconds, state };
  const stored = await repository.getProgressItem(userId, contentId);
  if (positionSeconds === undefined && stored === undefined) {
    throw new CuepointError('not_found', 'No position of this content is stored; pass one.', {
      field: 'positionSeconds',
    });
  }
  return {
    positionSeconds: positionSeconds ?? stored?.positionSeconds ?? 0,
    state: state ?? (stored?.state === 'paused' ? 'paused' : 'playing'),
  };
}
