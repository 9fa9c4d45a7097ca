import { addRoute } from '../http/add-route.ts';
import { personOf } from '../person.ts';
import type { TraktScope } from '../plugin.ts';
import { addList, addOwnList, addPersonalList, paramsOf, requireSelf } from './lists-of-person.ts';

/** Who the person is to others; and the lists that there is no data for, which clients ask for all the same. */
export function addPeopleRoutes(scope: TraktScope): void {
  const { app, ports, callerOf } = scope;

  addRoute(app, 'GET', '/users/:user', async (request) => {
    const caller = callerOf(request);
    await requireSelf(scope, caller, paramsOf(request)['user']);
    return {
      ...(await personOf(ports, caller)),
      private: true,
      deleted: false,
      vip: true,
      vip_ep: false,
      director: false,
    };
  });

  const nothing = async () => [];
  addPersonalList(scope, '/collection/:type', nothing);
  addList(scope, '/users/likes', nothing);
  addList(scope, '/users/likes/:type', nothing);
  for (const path of [
    '/likes',
    '/likes/:type',
    '/lists',
    '/lists/collaborations',
    '/comments',
    '/comments/:kind',
    '/comments/:kind/:type',
    '/recommendations',
    '/recommendations/:type',
    '/recommendations/:type/:sort',
    '/followers',
    '/following',
    '/friends',
    '/notes',
    '/notes/:type',
  ]) {
    addOwnList(scope, `/users/:user${path}`, nothing);
  }
  addList(scope, '/recommendations/:type', nothing);

  // Nothing is kept of a collection, and a client that adds to it goes on.
  const none = { movies: 0, episodes: 0 };
  const notFound = { movies: [], shows: [], seasons: [], episodes: [] };
  addRoute(app, 'POST', '/sync/collection', async (_request, reply) => {
    void reply.code(201);
    return { added: none, updated: none, existing: none, not_found: notFound };
  });
  addRoute(app, 'POST', '/sync/collection/remove', async () => ({
    deleted: none,
    not_found: notFound,
  }));
}
