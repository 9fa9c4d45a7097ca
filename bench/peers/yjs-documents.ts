import pg from 'pg';
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { dropSchemas } from '../support/server-client.ts';
import type { FilledWatchlist } from '../support/watchlists.ts';
import type { BenchContext } from '../workload.ts';
import { installPeer, peerFolder } from './peer-packages.ts';

const FOLDER = 'clients';
const SCHEMA = 'bench_yjs';

interface YjsWatchlist {
  /** Takes the title out of the list or back in. @returns the whole document. */
  change(contentId: string): Uint8Array;
}

interface YjsModule {
  createYjsWatchlist(this: void, contentIds: readonly string[]): YjsWatchlist;
}

/** @returns what changes a document of this list and stores it. */
export type StoreYjs = (list: FilledWatchlist) => () => Promise<unknown>;

/**
 * A row a document as the database extension of Hocuspocus keeps it: the whole document, written anew by each store.
 * Without peers `work` gets nothing.
 */
export async function withYjsDocuments<T>(
  context: BenchContext,
  work: (store: StoreYjs | undefined) => Promise<T>,
): Promise<T> {
  if (!context.scale.live.hasPeer) return work(undefined);
  await installPeer(context, { folder: FOLDER, told: ['yjs'] });
  const file = path.join(peerFolder(FOLDER), 'yjs-watchlist.mjs');
  const { createYjsWatchlist } = (await import(pathToFileURL(file).href)) as YjsModule;
  const client = new pg.Client({ connectionString: context.server.url() });
  await client.connect();
  try {
    await client.query(`drop schema if exists ${SCHEMA} cascade`);
    await client.query(`create schema ${SCHEMA}`);
    await client.query(
      `create table ${SCHEMA}.documents (name text primary key, data bytea not null)`,
    );
    return await work(({ userId, items }) => {
      const list = createYjsWatchlist(items.map(({ contentId }) => contentId));
      return () =>
        client.query({
          name: 'store',
          text: `insert into ${SCHEMA}.documents (name, data) values ($1, $2)
                 on conflict (name) do update set data = excluded.data`,
          values: [userId, Buffer.from(list.change(items[0]?.contentId ?? ''))],
        });
    });
  } finally {
    await client.end();
    await dropSchemas(context, [SCHEMA]);
  }
}
