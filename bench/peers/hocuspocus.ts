import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { measureChanges } from '../live/measure-changes.ts';
import { contentIdOf, userIdOf } from '../support/data-set.ts';
import { dropSchemas, onServer } from '../support/server-client.ts';
import { measureWrites } from '../writes/measure-writes.ts';
import type { BenchContext, Sample } from '../workload.ts';
import { installPeer, peerFolder } from './peer-packages.ts';
import { withPeerServer, type PeerServer } from './peer-server.ts';

const FOLDER = 'hocuspocus';
export const HOCUSPOCUS_SCHEMA = 'bench_hocuspocus';

export function prepareHocuspocus(context: BenchContext): Promise<void> {
  const told = ['@hocuspocus/server', '@hocuspocus/extension-database', 'yjs'];
  return installPeer(context, { folder: FOLDER, told });
}

/** Live changes: one document a user, stored by its database extension in one row, at its default times. */
export function measureHocuspocusChanges(
  context: BenchContext,
  changesPerSecond: number,
): Promise<Sample> {
  return withHocuspocus(context, {}, ({ pid, url }) => {
    const users = Array.from({ length: context.scale.live.users }, (_, user) => ({
      userId: userIdOf(user),
      token: '',
    }));
    const place = { addresses: [], urls: [url], users, schema: HOCUSPOCUS_SCHEMA };
    return measureChanges(context, { system: FOLDER, pids: [pid], ...place }, changesPerSecond);
  });
}

/** Writes to filled documents; with `debounceMs` 0 each change is stored on its own. */
export function measureHocuspocusWrites(
  context: BenchContext,
  callers: number,
  debounceMs?: number,
): Promise<Sample> {
  const env = debounceMs === undefined ? {} : { DEBOUNCE_MS: String(debounceMs) };
  return withHocuspocus(context, env, async ({ pid, url }) => {
    await fillDocuments(context);
    const users = Array.from({ length: context.scale.users }, (_, user) => ({
      userId: userIdOf(user),
      token: '',
    }));
    return measureWrites(context, { system: FOLDER, pids: [pid], url, users, callers });
  });
}

/** A server on fresh tables, for the time of `work`. */
export async function withHocuspocus<T>(
  context: BenchContext,
  env: Readonly<Record<string, string>>,
  work: (server: PeerServer) => Promise<T>,
): Promise<T> {
  await onServer(context, async (client) => {
    await client.query(`drop schema if exists ${HOCUSPOCUS_SCHEMA} cascade`);
    await client.query(`create schema ${HOCUSPOCUS_SCHEMA}`);
    await client.query(
      `create table ${HOCUSPOCUS_SCHEMA}.documents (name text primary key, data bytea not null)`,
    );
  });
  try {
    const tables = {
      DATABASE_URL: context.server.url(),
      DOCUMENTS_TABLE: `${HOCUSPOCUS_SCHEMA}.documents`,
    };
    return await withPeerServer(FOLDER, { ...tables, ...env }, work);
  } finally {
    await dropSchemas(context, [HOCUSPOCUS_SCHEMA]);
  }
}

/** A row a user; the documents differ in nothing but their names. */
async function fillDocuments(context: BenchContext): Promise<void> {
  const { users, contentsPerUser } = context.scale;
  const module = pathToFileURL(path.join(peerFolder(FOLDER), 'writers.mjs')).href;
  const { filledDocument } = (await import(module)) as {
    filledDocument(this: void, contentIds: readonly string[]): Uint8Array;
  };
  const contentIds = Array.from({ length: contentsPerUser }, (_, content) => contentIdOf(content));
  await onServer(context, (client) =>
    client.query(
      `insert into ${HOCUSPOCUS_SCHEMA}.documents (name, data) select name, $2 from unnest($1::text[]) as name`,
      [
        Array.from({ length: users }, (_, user) => userIdOf(user)),
        Buffer.from(filledDocument(contentIds)),
      ],
    ),
  );
}
