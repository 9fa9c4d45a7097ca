import {
  claimToWire,
  CuepointError,
  opToWire,
  textToTimestamp,
  timestampToText,
  wholePosition,
  wireToClaim,
  type Timestamp,
} from '@cuepoint/core';
import type { ProgressListItem } from '@cuepoint/store';
import { callerOf, writerOf } from '../auth/authenticate.ts';
import { instantOf } from '../http/instant.ts';
import { LIST_LIMIT_DEFAULT } from '../limits.ts';
import {
  listOf,
  ProgressItemSchema,
  ProgressRemovalSchema,
  ProgressWriteSchema,
  withProblems,
} from '../schemas/answers.ts';
import {
  ContentParamsSchema,
  ProgressBodySchema,
  ProgressQuerySchema,
} from '../schemas/requests.ts';
import { clearProgress, setProgress } from '../writes/set-progress.ts';
import type { WriteDeps } from '../writes/write-deps.ts';
import type { RouteApp } from './route-app.ts';

const tags = ['progress'];

export function addProgressRoutes(app: RouteApp, deps: WriteDeps): void {
  app.route({
    method: 'GET',
    url: '/progress',
    schema: {
      operationId: 'listProgress',
      summary: 'Where the user is, the newest first',
      description:
        'By the time of the stamp, which is when it happened. What moves while you page is on the first page, ' +
        'and may be missing from a later one: `GET /sync` misses nothing.',
      tags,
      querystring: ProgressQuerySchema,
      response: withProblems({ 200: listOf(ProgressItemSchema) }),
    },
    handler: async (request) => {
      const { status = 'all', limit = LIST_LIMIT_DEFAULT, cursor } = request.query;
      const page = await deps.repository.listProgress(callerOf(request).userId, {
        status,
        limit,
        ...(cursor === undefined ? {} : { after: cursor }),
      });
      return { ...page, items: page.items.map(toItem) };
    },
  });

  app.route({
    method: 'GET',
    url: '/progress/:contentId',
    schema: {
      operationId: 'getProgress',
      summary: 'Where the user is in one content',
      tags,
      params: ContentParamsSchema,
      response: withProblems({ 200: ProgressItemSchema }),
    },
    handler: async (request) => {
      const { userId } = callerOf(request);
      const item = await deps.repository.getProgressItem(userId, request.params.contentId);
      if (item === undefined) throw new CuepointError('not_found', 'No progress is stored.');
      return toItem(item);
    },
  });

  app.route({
    method: 'PUT',
    url: '/progress/:contentId',
    schema: {
      operationId: 'setProgress',
      summary: 'Sets a position',
      description:
        'Without a timestamp the service stamps the write just past what is stored, as an act of a person; with `passive` it goes ' +
        'on with the act that is stored, where that is of the same device. Where it crosses the end of the content, that it is watched and one play are ' +
        "stored with it. With a timestamp it is a replica's write, and the greater stamp wins.",
      tags,
      params: ContentParamsSchema,
      body: ProgressBodySchema,
      response: withProblems({ 200: ProgressWriteSchema }),
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const { contentId } = request.params;
      const { passive = false, playbackId, positionSeconds, durationSeconds, state } = request.body;
      const { result, written, winner } = await setProgress(deps, {
        userId: caller.userId,
        deviceId: writerOf(caller),
        isAnonymous: caller.deviceId === undefined,
        contentId,
        position: wholePosition({ positionSeconds, durationSeconds, state }),
        ...readStamp(request.body),
        passive,
        playbackId,
      });
      return {
        result,
        contentId,
        ...(written === undefined
          ? {}
          : {
              positionSeconds: written.positionSeconds,
              durationSeconds: written.durationSeconds,
              state: written.state,
              timestamp: timestampToText(written.timestamp),
              ...claimToWire(written.claim),
              deviceId: written.deviceId,
            }),
        ...(winner === undefined ? {} : { winner: opToWire(winner) }),
      };
    },
  });

  app.route({
    method: 'DELETE',
    url: '/progress/:contentId',
    schema: {
      operationId: 'clearProgress',
      summary: 'Forgets a position',
      description: 'A write like any other: an older update never brings the position back.',
      tags,
      params: ContentParamsSchema,
      response: withProblems({ 200: ProgressRemovalSchema }),
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const { contentId } = request.params;
      const { result, winner } = await clearProgress(deps, {
        userId: caller.userId,
        deviceId: writerOf(caller),
        contentId,
      });
      return { result, contentId, ...(winner === undefined ? {} : { winner: opToWire(winner) }) };
    },
  });
}

function toItem({ stamp, updatedAtMs, ...item }: ProgressListItem) {
  return {
    ...item,
    timestamp: timestampToText(stamp.timestamp),
    ...claimToWire(stamp.claim),
    deviceId: stamp.deviceId,
    updatedAt: instantOf(updatedAtMs),
  };
}

/** @throws CuepointError `invalid_claim` */
function readStamp({ timestamp: text, claim }: { timestamp?: string; claim?: string }): {
  readonly timestamp?: Timestamp;
  readonly claim?: Timestamp;
} {
  if (text === undefined) {
    if (claim === undefined) return {};
    throw new CuepointError('invalid_claim', 'A claim comes with a timestamp.', { field: 'claim' });
  }
  const timestamp = textToTimestamp(text);
  if (timestamp === undefined) throw new Error('the schema let a malformed timestamp pass');
  return { timestamp, ...wireToClaim(claim, timestamp) };
}
