import type { FastifyRequest } from 'fastify';
import type { TraktScope } from '../plugin.ts';
import { personOf } from '../person.ts';

const LIST_ITEMS_MAX = 100_000;
const JOINED_AT = '1970-01-01T00:00:00.000Z';

/** Who is signed in, as clients ask for it first. */
export function addSettingsRoutes({ app, ports, callerOf }: TraktScope): void {
  const handler = async (request: FastifyRequest) => {
    const person = await personOf(ports, callerOf(request));
    return {
      user: {
        ...person,
        private: true,
        vip: true,
        vip_ep: false,
        vip_og: false,
        vip_years: 0,
        director: false,
        joined_at: JOINED_AT,
        location: null,
        about: null,
        gender: null,
        age: null,
        images: { avatar: { full: '' } },
      },
      account: {
        timezone: 'Etc/UTC',
        date_format: 'ymd',
        time_24hr: true,
        cover_image: null,
        token: null,
      },
      connections: {},
      sharing_text: { watching: '', watched: '', rated: '' },
      permissions: { commenting: false, liking: false, following: false },
      limits: {
        list: { count: 0, item_count: LIST_ITEMS_MAX },
        watchlist: { item_count: LIST_ITEMS_MAX },
        favorites: { item_count: 0 },
        collection: { item_count: 0 },
        notes: { item_count: 0 },
        search: { recent_count: 0 },
      },
    };
  };
  app.route({ method: 'GET', url: '/users/settings', handler });
}
