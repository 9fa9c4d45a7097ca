import { CuepointError, normalizeUuid } from '@cuepoint/core';
import { describeReceipt, type Receipt } from '@cuepoint/hooks';
import type { HookStore, ListedHook } from '@cuepoint/store';
import { Type, type TProperties } from 'typebox';
import type { FastifyRequest } from 'fastify';
import { instantOf } from '../http/instant.ts';
import { makeHook } from '../hooks/new-hook.ts';
import type { ReceiptLog } from '../hooks/receipt-log.ts';
import { withProblems } from '../schemas/answers.ts';
import {
  CreatedHookSchema,
  HookChangeSchema,
  HookListSchema,
  HookIdSchema,
  HookSchema,
  NewHookSchema,
  ReceiptListSchema,
} from '../schemas/hooks.ts';
import type { RouteApp } from './route-app.ts';

export interface HookRouteDeps {
  readonly hooks: HookStore;
  readonly receipts: Pick<ReceiptLog, 'flush'>;
  readonly publicAddressOf: (request: FastifyRequest) => string;
  readonly randomUuid: () => string;
  readonly now: () => number;
}

/** Whose hooks they are, and how the calls are documented. */
export interface HookRoutesOf {
  /** Of the paths, such as `/hooks`. */
  readonly prefix: string;
  readonly userOf: (request: FastifyRequest) => Promise<string>;
  readonly documented: Readonly<Record<string, unknown>>;
  /** Of the prefix. */
  readonly params: TProperties;
  /** Of the names of the operations. */
  readonly suffix: string;
}

/** Where media servers tell of the playbacks of a user: made, listed, changed, revoked at once. [HOK1] [HOK4] */
export function addHookRoutes(app: RouteApp, deps: HookRouteDeps, of: HookRoutesOf): void {
  const { hooks, receipts, publicAddressOf, randomUuid, now } = deps;
  const { prefix, userOf, documented, suffix } = of;
  const ofAll = Type.Object(of.params);
  const ofOne = Type.Object({ ...of.params, hookId: HookIdSchema });
  const one = `${prefix}/:hookId`;

  app.route({
    method: 'GET',
    url: prefix,
    schema: {
      operationId: `listHooks${suffix}`,
      summary: 'The addresses that media servers call',
      ...documented,
      params: ofAll,
      response: withProblems({ 200: HookListSchema }),
    },
    handler: async (request) => {
      await receipts.flush();
      return { items: (await hooks.list(await userOf(request))).map(toItem) };
    },
  });

  app.route({
    method: 'POST',
    url: prefix,
    schema: {
      operationId: `addHook${suffix}`,
      summary: 'Makes an address for a media server; its secret is told this once',
      ...documented,
      params: ofAll,
      body: NewHookSchema,
      response: withProblems({ 201: CreatedHookSchema }),
    },
    handler: async (request, reply) => {
      const userId = await userOf(request);
      const { source, acceptedUsers = [] } = request.body;
      const publicAddress = publicAddressOf(request);
      const made = await makeHook(
        hooks,
        { userId, ...request.body },
        { randomUuid, publicAddress },
      );
      const createdAt = instantOf(now());
      return reply.code(201).send({ ...made, source, acceptedUsers, createdAt, lastUsedAt: null });
    },
  });

  app.route({
    method: 'PUT',
    url: one,
    schema: {
      operationId: `changeHook${suffix}`,
      summary: 'Says whose playbacks count, or what the hook is called',
      ...documented,
      params: ofOne,
      body: HookChangeSchema,
      response: withProblems({ 200: HookSchema }),
    },
    handler: async (request) => {
      const id = normalizeUuid(readHookId(request));
      const changed = await hooks.update(await userOf(request), id, request.body);
      if (changed === undefined) throw notFound();
      return toItem(changed);
    },
  });

  app.route({
    method: 'DELETE',
    url: one,
    schema: {
      operationId: `removeHook${suffix}`,
      summary: 'Revokes a hook at once',
      ...documented,
      params: ofOne,
      response: withProblems({ 204: Type.Null({ description: 'It is no address any more.' }) }),
    },
    handler: async (request, reply) => {
      const id = normalizeUuid(readHookId(request));
      if (!(await hooks.remove(await userOf(request), id))) throw notFound();
      return reply.code(204).send();
    },
  });

  app.route({
    method: 'GET',
    url: `${one}/receipts`,
    schema: {
      operationId: `listHookReceipts${suffix}`,
      summary: 'What became of the last twenty events, the latest first',
      ...documented,
      params: ofOne,
      response: withProblems({ 200: ReceiptListSchema }),
    },
    handler: async (request) => {
      await receipts.flush();
      const userId = await userOf(request);
      const id = normalizeUuid(readHookId(request));
      if (!(await hooks.list(userId)).some((hook) => hook.id === id)) throw notFound();
      const stored = (await hooks.receipts(userId, id)) as readonly Receipt[];
      return { items: stored.map(toReceipt) };
    },
  });
}

function readHookId({ params }: { readonly params: unknown }): string {
  return (params as { readonly hookId: string }).hookId;
}

function toItem({ id, source, label, acceptedUsers, createdAtMs, lastUsedAtMs }: ListedHook) {
  return {
    id,
    source,
    label,
    acceptedUsers,
    createdAt: instantOf(createdAtMs),
    lastUsedAt: lastUsedAtMs === undefined ? null : instantOf(lastUsedAtMs),
  };
}

function toReceipt(receipt: Receipt) {
  const { atMs, event, outcome, reason, title, user } = receipt;
  return {
    at: instantOf(atMs),
    event,
    outcome,
    reason,
    message: describeReceipt(receipt),
    title,
    user,
  };
}

function notFound(): CuepointError {
  return new CuepointError('not_found', 'You have no such hook.');
}
