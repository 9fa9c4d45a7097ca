import type { SyncRepository } from '@cuepoint/store';
import type { Rate } from './rate.ts';

/** The same store, which counts the rows of pages for whom they are read. [SEC3] */
export function countRows(store: SyncRepository, rows: Rate): SyncRepository {
  return new Proxy(store, {
    get(target, name): unknown {
      if (name !== 'readChanges' && name !== 'listWatchlist' && name !== 'listProgress') {
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      }
      return async (userId: string, request: never): Promise<unknown> => {
        const page = await target[name](userId, request);
        rows.add(userId, 'ops' in page ? page.ops.length : page.items.length);
        return page;
      };
    },
  });
}
