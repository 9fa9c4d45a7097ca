import {
  CuepointError,
  msToDate,
  requireRegisterKey,
  timestampToText,
  type JsonValue,
} from '@cuepoint/core';
import { callerOf, writerOf } from '../auth/authenticate.ts';
import { withProblems } from '../schemas/answers.ts';
import { ContentParamsSchema } from '../schemas/requests.ts';
import {
  RegisterBodySchema,
  RegisterParamsSchema,
  RegisterSchema,
  RegisterWriteSchema,
  WatchedBodySchema,
  WatchedWriteSchema,
} from '../schemas/watching.ts';
import {
  setRegister,
  type RegisterDeps,
  type RegisterWriteOutcome,
} from '../writes/set-register.ts';
import type { RouteApp } from './route-app.ts';

const tags = ['registers'];

/** What the user says of contents, and what an app keeps of its own. [REG1] */
export function addRegisterRoutes(app: RouteApp, deps: RegisterDeps): void {
  app.route({
    method: 'GET',
    url: '/registers/:kind/:key',
    schema: {
      operationId: 'getRegister',
      summary: 'What the user said of one key',
      tags,
      params: RegisterParamsSchema,
      response: withProblems({ 200: RegisterSchema }),
    },
    handler: async (request) => {
      const { kind, key } = request.params;
      requireRegisterKey(kind, key);
      const stored = await deps.repository.readRegister(callerOf(request).userId, kind, key);
      if (stored === undefined || stored.value === null) {
        throw new CuepointError('not_found', 'Nothing is said of it.');
      }
      const { timestamp, claim, deviceId } = stored.stamp;
      return {
        kind,
        key,
        value: stored.value,
        timestamp: timestampToText(timestamp),
        ...(claim === undefined ? {} : { claim: timestampToText(claim) }),
        deviceId,
      };
    },
  });

  app.route({
    method: 'PUT',
    url: '/registers/:kind/:key',
    schema: {
      operationId: 'setRegister',
      summary: 'Says something of one key, just past what is stored',
      description:
        'Kinds, their keys and their values are in docs/protocol.md. An act, as everything that a person says.',
      tags,
      params: RegisterParamsSchema,
      body: RegisterBodySchema,
      response: withProblems({ 200: RegisterWriteSchema }),
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const { kind, key } = request.params;
      const value = request.body.value as JsonValue | null;
      const write = { userId: caller.userId, deviceId: writerOf(caller), kind, key, value };
      return toWrite(kind, key, await setRegister(deps, write));
    },
  });

  app.route({
    method: 'DELETE',
    url: '/registers/:kind/:key',
    schema: {
      operationId: 'clearRegister',
      summary: 'Takes back what was said of one key',
      description: 'A write like any other: an older one never brings the value back.',
      tags,
      params: RegisterParamsSchema,
      response: withProblems({ 200: RegisterWriteSchema }),
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const { kind, key } = request.params;
      const write = { userId: caller.userId, deviceId: writerOf(caller), kind, key, value: null };
      return toWrite(kind, key, await setRegister(deps, write));
    },
  });

  app.route({
    method: 'PUT',
    url: '/watched/:contentId',
    schema: {
      operationId: 'markWatched',
      summary: 'Marks a content as seen to its end',
      description:
        'It writes no history: see `POST /history`. Playing it again takes nothing of it away.',
      tags,
      params: ContentParamsSchema,
      body: WatchedBodySchema,
      response: withProblems({ 200: WatchedWriteSchema }),
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const { contentId } = request.params;
      const { at = msToDate(Math.floor(deps.now())) } = request.body;
      const { result, written } = await setRegister(deps, {
        userId: caller.userId,
        deviceId: writerOf(caller),
        kind: 'watched',
        key: contentId,
        value: { at },
      });
      return {
        result,
        contentId,
        ...(written?.value as { readonly at: string | null } | undefined),
      };
    },
  });

  app.route({
    method: 'DELETE',
    url: '/watched/:contentId',
    schema: {
      operationId: 'unmarkWatched',
      summary: 'Takes the mark back',
      description: 'Its position stays, and its history.',
      tags,
      params: ContentParamsSchema,
      response: withProblems({ 200: WatchedWriteSchema }),
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const { contentId } = request.params;
      const { result } = await setRegister(deps, {
        userId: caller.userId,
        deviceId: writerOf(caller),
        kind: 'watched',
        key: contentId,
        value: null,
      });
      return { result, contentId };
    },
  });
}

function toWrite(kind: string, key: string, { result, written }: RegisterWriteOutcome) {
  return {
    result,
    kind,
    key,
    value: written?.value ?? null,
    ...(written === undefined ? {} : { timestamp: timestampToText(written.timestamp) }),
  };
}
