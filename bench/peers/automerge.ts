import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { measureChanges } from '../live/measure-changes.ts';
import { contentIdOf, userIdOf } from '../support/data-set.ts';
import type { BenchContext, Sample } from '../workload.ts';
import { measureWrites } from '../writes/measure-writes.ts';
import { installPeer, peerFolder } from './peer-packages.ts';
import { withPeerServer } from './peer-server.ts';

const FOLDER = 'automerge';
/** To open a document takes it tens of milliseconds of a core: ten times as many would take minutes. */
const WRITES_USERS_MAX = 500;

export function prepareAutomerge(context: BenchContext): Promise<void> {
  const told = ['@automerge/automerge', '@automerge/automerge-repo'];
  return installPeer(context, { folder: FOLDER, told });
}

/** Live changes: one document a user, which the user's two devices ask for. */
export function measureAutomergeChanges(
  context: BenchContext,
  changesPerSecond: number,
): Promise<Sample> {
  const users = usersOf(context.scale.live.users);
  return withDocuments(users, 1, (dataDir) =>
    withPeerServer(FOLDER, { DATA_DIR: dataDir }, ({ pid, url }) => {
      const place = { addresses: [], urls: [url], users, schema: dataDir };
      return measureChanges(context, { system: FOLDER, pids: [pid], ...place }, changesPerSecond);
    }),
  );
}

/** Writes to filled documents, of at most `WRITES_USERS_MAX` users. */
export function measureAutomergeWrites(context: BenchContext, callers: number): Promise<Sample> {
  const users = usersOf(Math.min(WRITES_USERS_MAX, context.scale.users));
  return withDocuments(users, context.scale.contentsPerUser, (dataDir) =>
    withPeerServer(FOLDER, { DATA_DIR: dataDir }, ({ pid, url }) =>
      measureWrites(context, { system: FOLDER, pids: [pid], url, users, callers }),
    ),
  );
}

function usersOf(count: number) {
  return Array.from({ length: count }, (_, user) => ({ userId: userIdOf(user), token: '' }));
}

/** A folder with a document of each user, as the server's storage keeps it, for the time of `work`. */
async function withDocuments(
  users: readonly { readonly userId: string }[],
  contents: number,
  work: (dataDir: string) => Promise<Sample>,
): Promise<Sample> {
  const module = pathToFileURL(path.join(peerFolder(FOLDER), 'replicas.mjs')).href;
  const { documentIdOf, filledDocument } = (await import(module)) as {
    documentIdOf(this: void, userId: string): string;
    filledDocument(
      this: void,
      contentIds: readonly string[],
    ): { bytes: Uint8Array; heads: string[] };
  };
  const contentIds = Array.from({ length: contents }, (_, content) => contentIdOf(content));
  const { bytes, heads } = filledDocument(contentIds);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-bench-automerge-'));
  try {
    for (const { userId } of users) {
      const documentId = documentIdOf(userId);
      const folder = path.join(dataDir, documentId.slice(0, 2), documentId.slice(2), 'snapshot');
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, heads.join('')), bytes);
    }
    return await work(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
