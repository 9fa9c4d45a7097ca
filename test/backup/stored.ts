import { randomUUID } from 'node:crypto';
import {
  createAccountStore,
  createBackupStore,
  createContentNumbers,
  createHookStore,
  createPostgresCatalogue,
  migrate,
  openDatabase,
  PostgresSyncRepository,
  prepareIdentity,
  type DatabaseOptions,
  type ExportLine,
} from '@cuepoint/store';
import { encodeExport } from '../../packages/server/src/export/encode-export.ts';
import { foldLines } from '../../packages/server/src/export/fold-lines.ts';
import type { DataLine } from '../../packages/server/src/export/export-schemas.ts';

const AT_MS = Date.parse('2026-05-01T00:00:00Z');
const stamp = (physical: number) => ({
  timestamp: { physical: AT_MS + physical, logical: 0 },
  deviceId: 'tv',
});

/** Rows of each kind of one user; texts that are hard on lines. */
export function linesOf(count: number): ExportLine[] {
  return Array.from({ length: count }, (_, index): ExportLine[] => [
    {
      type: 'watchlist',
      entry: {
        tag: randomUUID(),
        contentId: `film:${index} \u2028 🎬`,
        added: stamp(index),
        removed: index % 3 === 0 ? stamp(index + 1) : null,
      },
      removedAtMs: index % 3 === 0 ? AT_MS : null,
    },
    {
      type: 'progress',
      contentId: `film:${index}`,
      position:
        index % 4 === 0
          ? null
          : { positionSeconds: index, durationSeconds: 9_000, state: 'paused' },
      stamp: stamp(index),
      updatedAtMs: AT_MS + index,
    },
    {
      type: 'register',
      register: 'rating',
      key: `film:${index}`,
      value: (index % 10) + 1,
      stamp: stamp(index),
      updatedAtMs: AT_MS + index,
    },
    {
      type: 'play',
      play: {
        tag: randomUUID(),
        contentId: `film:${index}`,
        added: stamp(index),
        removed: null,
        watchedAt: '2026-04-01T20:00:00.000Z',
      },
      removedAtMs: null,
    },
  ]).flat();
}

/** A database with people of every kind, who are returned. */
export async function fill(options: DatabaseOptions, users: number): Promise<readonly string[]> {
  const database = await openDatabase(options);
  try {
    await migrate(database, { direction: 'up' });
    await prepareIdentity(database);
    const repository = new PostgresSyncRepository(database);
    const userIds = Array.from({ length: users }, () => randomUUID()).toSorted();
    for (const userId of userIds) {
      await repository.importUser(userId, [
        ...linesOf(3),
        {
          type: 'device',
          device: {
            deviceId: 'tv',
            deviceType: 'TV',
            platform: 'Tizen',
            appVersion: '1',
            capabilities: {},
            deviceName: 'Wohnzimmer',
            isOnline: false,
            lastSeenMs: AT_MS,
          },
          revokedAtMs: null,
        },
        { type: 'floor', collected: { physical: AT_MS - 1, logical: 3 } },
      ]);
    }
    const erased = randomUUID();
    await repository.importUser(erased, linesOf(1));
    await repository.eraseUser(erased, AT_MS);
    const [first = ''] = userIds;
    await createPostgresCatalogue(database, { now: () => AT_MS }).put(first, [
      {
        contentId: 'film:0',
        facts: { type: 'movie', title: 'Metropolis' },
        aliases: ['metropolis'],
      },
    ]);
    await createContentNumbers(database).numbersOf(first, ['film:0', 'film:1']);
    await createAccountStore(database).create({
      id: randomUUID(),
      name: 'Anna',
      nameKey: 'anna',
      passwordHash: '$argon2id$of-nobody',
      profiles: [{ userId: userIds.at(-1) ?? '', name: 'Anna' }],
    });
    const people = `"${database.schema}".account_`;
    await database.execute(
      `insert into ${people}sign_ins (id, account_id, user_id, label, expires_at)
       select gen_random_uuid(), account_id, user_id, 'TV', now() + interval '1 day' from ${people}profiles`,
    );
    await database.execute(
      `insert into ${people}refresh_tokens (token_hash, sign_in_id) select 'hash', id from ${people}sign_ins`,
    );
    await createHookStore(database).add({
      id: randomUUID(),
      userId: first,
      source: 'jellyfin',
      label: 'Jellyfin',
      secretHash: 'a'.repeat(64),
      acceptedUsers: [],
    });
    return userIds;
  } finally {
    await database.close();
  }
}

/** Everything that is stored of everybody, in an order of its own. */
export async function stored(options: DatabaseOptions): Promise<Readonly<Record<string, unknown>>> {
  const database = await openDatabase(options);
  try {
    const store = createBackupStore(database);
    const repository = new PostgresSyncRepository(database);
    const state: Record<string, unknown> = {};
    for await (const { userId, ...user } of store.listUsers()) {
      const lines: DataLine[] = [];
      for await (const line of encodeExport(userId, repository.exportUser(userId))) {
        const value = JSON.parse(line) as DataLine | { type: 'end' | 'cuepoint-export' };
        if (value.type === 'end' || value.type === 'cuepoint-export') continue;
        lines.push(value as DataLine);
      }
      const texts = foldLines(lines).map((line) => JSON.stringify(line));
      state[userId] = { user, lines: texts.toSorted() };
    }
    const rows: string[] = [];
    for await (const row of store.readRows()) rows.push(JSON.stringify(row));
    const erasures: unknown[] = [];
    for await (const erasure of store.readErasures()) erasures.push(erasure);
    return { ...state, rows, erasures };
  } finally {
    await database.close();
  }
}
