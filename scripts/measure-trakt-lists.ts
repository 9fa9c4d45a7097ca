// How long the lists of Trakt's API take for a person of 20,000 plays in 500 series, over HTTP, on both databases:
//   npx tsx --conditions=cuepoint-source scripts/measure-trakt-lists.ts
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate, openDatabase } from '@cuepoint/store';
import { createLogger, createService, mintToken, readConfig } from '@cuepoint/server';
import { createPostgresServer } from '../test/support/postgres-server.ts';

const SERIES = 500;
const EPISODES = 40;
const ROUNDS = 9;
const SECRET = 'a secret of a measurement, 32 bytes or more';
const userId = randomUUID();

const PLACES = `select
    'tmdb:tv:' || n / ${EPISODES} as series_id, 'tmdb:tv:' || n / ${EPISODES} || ':s' || n % ${EPISODES} / 10 + 1 || 'e' || n % 10 + 1 as content_id,
    n % ${EPISODES} / 10 + 1 as season, n % 10 + 1 as episode, n
  from generate_series(0, ${SERIES * EPISODES - 1}) n`;
const FACTS = `jsonb_build_object(
    'type', 'episode', 'title', 'Episode ' || n, 'seriesId', series_id, 'season', season, 'episode', episode,
    'durationSeconds', 2600, 'releasedAt', '2020-01-01'
  )`;
const SERIES_FACTS = `jsonb_build_object('type', 'series', 'title', 'Show ' || n, 'year', 2019, 'ids', jsonb_build_object('tmdb', n))`;

/** What is known of contents is the catalogue's, or as an import leaves it: the person's own. */
const KNOWN = {
  catalogue: [
    `insert into cuepoint.catalogue_contents (content_id, facts, updated_at) select content_id, ${FACTS}, now() from (${PLACES}) p`,
    `insert into cuepoint.catalogue_contents (content_id, facts, updated_at)
     select 'tmdb:tv:' || n, ${SERIES_FACTS}, now() from generate_series(0, ${SERIES - 1}) n`,
  ],
  own: [
    `insert into cuepoint.user_registers (user_id, kind, key, value, timestamp_physical, timestamp_logical, device_id)
     select '${userId}', 'content', content_id, ${FACTS}, 1, 0, 'import' from (${PLACES}) p`,
    `insert into cuepoint.user_registers (user_id, kind, key, value, timestamp_physical, timestamp_logical, device_id)
     select '${userId}', 'content', 'tmdb:tv:' || n, ${SERIES_FACTS}, 1, 0, 'import' from generate_series(0, ${SERIES - 1}) n`,
  ],
};
const WATCHED = [
  `insert into cuepoint.user_plays (
     user_id, play_id, content_id, watched_at, watched_precision, source, timestamp_physical, timestamp_logical, device_id
   )
   select
     '${userId}', gen_random_uuid(), content_id, '2021-01-01'::timestamptz + n * interval '1 hour', 'instant', 'tests', 1, 0, 'tv'
   from (${PLACES}) p`,
  `insert into cuepoint.user_registers (user_id, kind, key, value, timestamp_physical, timestamp_logical, device_id)
   select '${userId}', 'watched', content_id, '{"at": "2021-01-01"}', 1, 0, 'tv' from (${PLACES}) p`,
];
const PATHS = [
  '/sync/last_activities',
  '/sync/watched/shows',
  '/sync/watched/shows?extended=progress',
  '/sync/history?page=1&limit=100',
  '/sync/history/episodes?page=150&limit=100',
];

async function measure(known: keyof typeof KNOWN, url?: string): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-trakt-'));
  const schema = `trakt_${known}`;
  const options = { ...(url === undefined ? { dataDir } : { url }), schema };
  const database = await openDatabase(options);
  await migrate(database, { direction: 'up' });
  for (const sql of [...KNOWN[known], ...WATCHED]) {
    await database.execute(sql.replaceAll('cuepoint.', `${schema}.`));
  }
  await database.execute('analyze');
  await database.close();
  const service = createService({
    config: readConfig({
      env: {
        ...(url === undefined ? { CUEPOINT_DATA_DIR: dataDir } : { DATABASE_URL: url }),
        CUEPOINT_DATABASE_SCHEMA: schema,
        CUEPOINT_JWT_SECRET: SECRET,
        CUEPOINT_TRAKT: 'on',
        CUEPOINT_RATE_LIMIT: '0',
        PORT: '0',
      },
      readFile: () => '',
    }),
    logger: createLogger('silent'),
    writeAudit: () => undefined,
    now: Date.now,
    randomUuid: randomUUID,
    random: Math.random,
  });
  const { address } = await service.start();
  const token = await mintToken(
    new TextEncoder().encode(SECRET),
    { userId, ttlSeconds: 600 },
    Date.now(),
  );
  for (const asked of PATHS) {
    const times: number[] = [];
    let bytes = 0;
    let status = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const startedAt = performance.now();
      const answer = await fetch(`${address}/compat/trakt${asked}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      bytes = (await answer.text()).length;
      times.push(performance.now() - startedAt);
      ({ status } = answer);
    }
    const [first = 0, ...rest] = times;
    rest.sort((a, b) => a - b);
    const at = (part: number) => rest[Math.floor((rest.length - 1) * part)]?.toFixed(1);
    console.log(
      `${url === undefined ? 'PGlite' : 'PostgreSQL'}, ${known}: ${asked} ${status}, ${bytes} bytes: first ${first.toFixed(0)} ms, then p50 ${at(0.5)}, max ${at(1)}`,
    );
  }
  await service.stop();
  await rm(dataDir, { recursive: true, force: true });
}

for (const known of ['catalogue', 'own'] as const) await measure(known);
const server = await createPostgresServer();
await server.start();
for (const known of ['catalogue', 'own'] as const) await measure(known, server.url());
await server.destroy();
