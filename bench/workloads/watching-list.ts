import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  API_PREFIX,
  createLogger,
  createService,
  mintToken,
  readConfig,
  SCOPE_SERVICE,
} from '@cuepoint/server';
import { runRounds } from '../support/rounds.ts';
import { dropSchemas } from '../support/server-client.ts';
import { decimal, withSpread } from '../support/statistics.ts';
import type { BenchContext, Sample, Workload } from '../workload.ts';
import { timeInTurn } from './lone-write.ts';

const SECRET = 'a secret of the bench, 32 bytes or more';
const SCHEMA = 'bench_watching';
const FILMS = 2_000;
const SERIES = 400;
const EPISODES = 25;
/** Of each series, by whoever has more to see. */
const SEEN_EPISODES = 20;
const CONTENTS_PER_CALL = 1_000;
const OPS_PER_PUSH = 500;
const START_MS = 1_700_000_000_000;

/** Continue Watching over HTTP for a person with 10,000 contents, and the catalogue that it is made by. */
export const watchingList: Workload = {
  name: 'watching-list',
  async run(context) {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-bench-'));
    const server = { DATABASE_URL: context.server.url(), CUEPOINT_DATABASE_SCHEMA: SCHEMA };
    const samples = {
      ...(await measure(context, 'PostgreSQL', server)),
      ...(await measure(context, 'embedded', { CUEPOINT_DATA_DIR: dataDir })),
    };
    await dropSchemas(context, [SCHEMA]);
    await rm(dataDir, { recursive: true, force: true });
    return {
      samples,
      tables: [
        {
          title: 'Continue Watching on the service',
          columns: ['call', 'p50 ms', 'p99 ms'],
          rows: Object.entries(samples).map(([name, own]) => [
            name,
            withSpread(own, 'p50Ms', decimal),
            withSpread(own, 'p99Ms', decimal),
          ]),
        },
      ],
    };
  },
};

type Call = (method: string, path: string, body?: unknown) => Promise<unknown>;

async function measure(
  context: BenchContext,
  database: string,
  env: Readonly<Record<string, string>>,
): Promise<Record<string, Sample[]>> {
  const service = createService({
    config: readConfig({
      env: { PORT: '0', CUEPOINT_JWT_SECRET: SECRET, CUEPOINT_RATE_LIMIT: '0', ...env },
      readFile: () => '',
    }),
    logger: createLogger('silent'),
    writeAudit: () => undefined,
    now: Date.now,
    random: Math.random,
    randomUuid: randomUUID,
  });
  try {
    const { address } = await service.start();
    const [writer, more, all] = await Promise.all([open(address), open(address), open(address)]);
    context.progress(`filling the catalogue and two people, ${database}`);
    const calls = catalogueCalls();
    await writer('PUT', '/catalogue', calls[0]);
    await timeInTurn(
      calls.slice(1).map((body) => () => writer('PUT', '/catalogue', body)),
      1,
    );
    await fill(more, SEEN_EPISODES);
    await fill(all, EPISODES);
    const works: Record<string, () => Promise<unknown>> = {
      '20 cards, of 10,000 contents': () => more('GET', '/continue-watching?limit=20'),
      'no more than 10 cards, of 12,000 contents': () => all('GET', '/continue-watching?limit=20'),
      'a catalogue call of 1,000 contents, all changed': () =>
        writer('PUT', '/catalogue', changed(calls[0])),
      'the same again, none changed': () => writer('PUT', '/catalogue', calls[1]),
    };
    const times = Math.max(5, Math.ceil(context.scale.writes / 50));
    return await runRounds(
      context,
      Object.entries(works).map(([name, work]) => ({
        name: `${database}: ${name}`,
        async measure(round: number) {
          if (round === 0) await timeInTurn([work], Math.ceil(times / 5));
          const [sample = {}] = await timeInTurn([work], times);
          return sample;
        },
      })),
    );
  } finally {
    await service.stop();
  }
}

async function open(address: string): Promise<Call> {
  const claims = { userId: randomUUID(), ttlSeconds: 3_600, scopes: [SCOPE_SERVICE] };
  const token = await mintToken(new TextEncoder().encode(SECRET), claims, Date.now());
  return async (method, route, body) => {
    const response = await fetch(`${address}${API_PREFIX}${route}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(JSON.stringify(answer));
    return answer;
  };
}

function catalogueCalls(): { readonly contents: readonly object[] }[] {
  const contents: object[] = [];
  for (let film = 0; film < FILMS; film += 1) {
    contents.push({
      contentId: `film-${film}`,
      type: 'movie',
      title: `Film ${film}`,
      durationSeconds: 6_000,
      aliases: [`imdb:tt${film}`],
    });
  }
  for (let series = 0; series < SERIES; series += 1) {
    contents.push({ contentId: `series-${series}`, type: 'series', aliases: [`tvdb:${series}`] });
    for (let episode = 0; episode < EPISODES; episode += 1) {
      contents.push({
        contentId: `s${series}e${episode}`,
        type: 'episode',
        title: `Episode ${episode}`,
        seriesId: `series-${series}`,
        season: 1 + Math.floor(episode / 10),
        episode: 1 + (episode % 10),
        durationSeconds: 2_700,
        aliases: [`tvdb:${series}:${episode}`],
      });
    }
  }
  const calls: { contents: object[] }[] = [];
  for (let start = 0; start < contents.length; start += CONTENTS_PER_CALL) {
    calls.push({ contents: contents.slice(start, start + CONTENTS_PER_CALL) });
  }
  return calls;
}

let year = 0;

function changed(call: { readonly contents: readonly object[] } | undefined) {
  year = (year + 1) % 9_000;
  return { contents: call?.contents.map((content) => Object.assign({}, content, { year })) };
}

/** Films, of which one in 200 is half seen, and the beginning of each series; one act a minute. */
async function fill(call: Call, seenEpisodes: number): Promise<void> {
  const acts: { contentId: string; positionSeconds: number; durationSeconds: number }[] = [];
  for (let series = 0; series < SERIES; series += 1) {
    for (let film = 5 * series; film < 5 * series + 5; film += 1) {
      const positionSeconds = film % 200 === 0 ? 1_000 : 5_990;
      acts.push({ contentId: `film-${film}`, positionSeconds, durationSeconds: 6_000 });
    }
    for (let episode = 0; episode < seenEpisodes; episode += 1) {
      const contentId = `s${series}e${episode}`;
      acts.push({ contentId, positionSeconds: 2_690, durationSeconds: 2_700 });
    }
  }
  const ops = acts.flatMap((act, index) => {
    const physical = START_MS + index * 60_000;
    const timestamp = `${physical.toString(16).padStart(12, '0')}-0000`;
    const set = { kind: 'progress.set', ...act, state: 'stopped', timestamp };
    if (act.positionSeconds === 1_000) return [set];
    const mark = { register: 'watched', key: act.contentId, value: { at: null } };
    return [set, { kind: 'register.set', ...mark, timestamp }];
  });
  for (let start = 0; start < ops.length; start += OPS_PER_PUSH) {
    const body = { deviceId: 'tv', ops: ops.slice(start, start + OPS_PER_PUSH) };
    await call('POST', '/sync', body);
  }
}
