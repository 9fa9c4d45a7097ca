import {
  CuepointError,
  invalidDate,
  msToDate,
  readDate,
  requireRegisterKey,
  requireRegisterKind,
  timestampToText,
  type JsonValue,
} from '@cuepoint/core';
import type { StoredRegister } from '@cuepoint/store';
import { callerOf, writerOf } from '../auth/authenticate.ts';
import { LIST_LIMIT_DEFAULT } from '../limits.ts';
import { listOf, withProblems } from '../schemas/answers.ts';
import { ContentParamsSchema, ListQuerySchema } from '../schemas/requests.ts';
import {
  RegisterBodySchema,
  RegisterKindParamsSchema,
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
    url: '/registers/:kind',
    schema: {
      operationId: 'listRegisters',
      summary: 'What the user said, of one kind, by key',
      description:
        'What was taken back is left out, and a page with such keys has fewer items than its limit: only one without ' +
        '`nextCursor` is the last.',
      tags,
      params: RegisterKindParamsSchema,
      querystring: ListQuerySchema,
      response: withProblems({ 200: listOf(RegisterSchema) }),
    },
    handler: async (request) => {
      const { userId } = callerOf(request);
      const { kind } = request.params;
      const { limit = LIST_LIMIT_DEFAULT, cursor } = request.query;
      requireRegisterKind(kind);
      const page = await deps.repository.readRegisters(userId, {
        kind,
        limit,
        ...(cursor === undefined ? {} : { after: cursor }),
      });
      deps.rates.rows.add(userId, page.nextCursor === undefined ? page.items.length : limit);
      return { ...page, items: page.items.map((register) => toItem(kind, register)) };
    },
  });

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
      return toItem(kind, stored);
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
      if (at !== null && readDate(at) === undefined) throw invalidDate('at');
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

function toItem(kind: string, { key, value, stamp }: StoredRegister) {
  const { timestamp, claim, deviceId } = stamp;
  return {
    kind,
    key,
    value,
    timestamp: timestampToText(timestamp),
    ...(claim === undefined ? {} : { claim: timestampToText(claim) }),
    deviceId,
  };
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
