import type { FastifyReply, FastifyRequest } from 'fastify';
import { addRoute } from '../http/add-route.ts';
import { notFound } from '../http/trakt-error.ts';
import { pageHeaders, pageOf, readPage, type PageRequest } from '../lists/pages.ts';
import { isSelf, personOf } from '../person.ts';
import type { TraktScope } from '../plugin.ts';
import type { TraktCaller } from '../ports.ts';

/** What a list is asked for with. */
export interface ListRequest {
  readonly caller: TraktCaller;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Words of `extended`. */
  readonly extended: ReadonlySet<string>;
  /** Undefined for the whole list. */
  readonly page: PageRequest | undefined;
}

/** A whole list, of which the page is cut; or a page of so many. */
export type ListAnswer =
  | readonly unknown[]
  | { readonly items: readonly unknown[]; readonly itemCount: number };

type ReadList = (request: ListRequest) => Promise<ListAnswer>;

/** Adds a list at `/sync…` and at `/users/{me}…`; nobody else's is here. */
export function addPersonalList(scope: TraktScope, path: string, read: ReadList): void {
  addList(scope, `/sync${path}`, read);
  addOwnList(scope, `/users/:user${path}`, read);
}

export function addOwnList(scope: TraktScope, path: string, read: ReadList): void {
  addList(scope, path, async (request) => {
    await requireSelf(scope, request.caller, request.params['user']);
    return read(request);
  });
}

export function addList({ app, callerOf }: TraktScope, path: string, read: ReadList): void {
  addRoute(app, 'GET', path, async (request, reply) => {
    const query = request.query as Readonly<Record<string, unknown>>;
    const page = readPage(query);
    const answer = await read({
      caller: callerOf(request),
      params: paramsOf(request),
      query,
      extended: new Set(typeof query['extended'] === 'string' ? query['extended'].split(',') : []),
      page,
    });
    return sendList(reply, answer, page);
  });
}

function sendList(
  reply: FastifyReply,
  answer: ListAnswer,
  page: PageRequest | undefined,
): readonly unknown[] {
  const isWhole = Array.isArray(answer);
  const items = isWhole ? pageOf(answer, page) : (answer as { items: readonly unknown[] }).items;
  const itemCount = isWhole ? answer.length : (answer as { itemCount: number }).itemCount;
  void reply.headers(pageHeaders(page, itemCount));
  return items;
}

export function paramsOf(request: FastifyRequest): ListRequest['params'] {
  return request.params as ListRequest['params'];
}

export async function requireSelf(
  { ports }: Pick<TraktScope, 'ports'>,
  caller: TraktCaller,
  user: string | undefined,
): Promise<void> {
  if (user === undefined || user === 'me' || user === caller.userId) return;
  if (!isSelf(await personOf(ports, caller), user)) throw notFound('Nobody else is here.');
}
