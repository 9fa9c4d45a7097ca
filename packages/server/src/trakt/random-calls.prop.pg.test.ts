import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerFaults } from '../../../trakt/src/testing/answer-faults.ts';
import { mintToken } from '../auth/mint-token.ts';
import { BOTH_DATABASES } from '../testing/both-databases.ts';
import { TEST_SECRET, type Answer, type TestApi } from '../testing/test-api.ts';
import { TraktModel, type ModelContent } from '../testing/trakt-model.ts';
import { createTroubledWrites, type Trouble } from '../testing/troubled-writes.ts';
import { fillTraktCatalogue, FILM, SHOW, TRAKT_BASE } from '../testing/trakt-person.ts';

const HOUR_MS = 60 * 60_000;
const START_MS = Date.parse('2026-06-01T12:00:00.000Z');
/** Moments of viewings that are told of afterwards, none within another one's running time. */
const PAST_MS = [1, 2, 3].map((day) => START_MS - day * 24 * HOUR_MS);
const RUNS = 12;
const CALLS_MAX = 25;

const UNHEARD = { title: 'Unheard of', year: 2024, ids: { tmdb: 4_711 } };
const CONTENTS: readonly ModelContent[] = [
  {
    name: 'Made-up Film',
    played: { movie: FILM },
    listed: FILM,
    list: 'movies',
    lengthSeconds: 6_000,
  },
  {
    name: 'Unheard of',
    played: { movie: UNHEARD },
    listed: UNHEARD,
    list: 'movies',
    lengthSeconds: 0,
  },
  {
    name: 'Part 1.2',
    played: { show: SHOW, episode: { season: 1, number: 2 } },
    listed: { ...SHOW, seasons: [{ number: 1, episodes: [{ number: 2 }] }] },
    list: 'shows',
    lengthSeconds: 2_700,
  },
];

const TRIES_MAX = 10;

interface Real {
  readonly call: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Asks until it is no 503, as clients do. */
  readonly ask: (method: string, path: string, body?: unknown) => Promise<Answer>;
  readonly setTroubles: (troubles: readonly Trouble[]) => void;
  /** In ms; the time of each command is another one. */
  readonly now: () => number;
  readonly pass: () => void;
}

type Command = fc.AsyncCommand<TraktModel, Real>;

describe.each(BOTH_DATABASES)("random calls of Trakt's API on $name", ({ openApi }) => {
  let api: TestApi;
  let nowMs = START_MS;
  const writes = createTroubledWrites();

  beforeAll(async () => {
    api = await openApi({
      env: { CUEPOINT_TRAKT: 'on', CUEPOINT_RATE_LIMIT: '0' },
      now: () => nowMs,
      wrap: ({ persistence }) => ({ persistence: writes.wrap(persistence) }),
    });
    await fillTraktCatalogue(api);
  });
  afterAll(() => api.close());

  async function open(): Promise<Real> {
    const userId = randomUUID();
    const secret = new TextEncoder().encode(TEST_SECRET);
    nowMs = START_MS;
    const token = await mintToken(secret, { userId, ttlSeconds: 30 * 24 * 60 * 60 }, nowMs);
    async function call(method: string, path: string, body?: unknown): Promise<Answer> {
      const options = body === undefined ? { token } : { token, body };
      const answer = await api.call(method, `${TRAKT_BASE}${path}`, options);
      const { status, headers, body: told } = answer;
      expect(answerFaults({ method, path, status, headers, body: told })).toEqual([]);
      return answer;
    }
    return {
      call,
      async ask(method, path, body) {
        let answer = await call(method, path, body);
        for (let tries = 1; answer.status === 503 && tries < TRIES_MAX; tries += 1) {
          answer = await call(method, path, body);
        }
        return answer;
      },
      setTroubles: (troubles) => writes.set(troubles),
      now: () => nowMs,
      pass() {
        nowMs += 3 * HOUR_MS;
      },
    };
  }

  test(
    '[TRK3] [TRK4] whatever is called, in whatever order, told twice and refused in between, the lists are as a plain model has them',
    { timeout: 240_000 },
    async () => {
      expect.hasAssertions();
      const commands = fc.commands(arbitraries(), { maxCommands: CALLS_MAX, size: 'max' });
      await fc.assert(
        fc.asyncProperty(commands, async (some) => {
          await fc.asyncModelRun(
            async () => ({ model: new TraktModel(), real: await open() }),
            some,
          );
        }),
        { numRuns: RUNS },
      );
    },
  );
});

const content = fc.constantFrom(...CONTENTS);
const trouble = fc.array(fc.constantFrom<Trouble[]>(undefined, undefined, 'refused', 'lost'), {
  maxLength: 4,
});

function arbitraries(): fc.Arbitrary<Command>[] {
  const percent = fc.constantFrom(0, 0.5, 1, 12.3456789, 33.33333333333333, 79.99);
  const scrobble = (action: 'start' | 'pause' | 'stop', of: fc.Arbitrary<number>) =>
    fc
      .record({ content, percent: of, troubles: trouble, times: fc.integer({ min: 1, max: 2 }) })
      .map((given) => toScrobble(action, given));
  return [
    scrobble('start', percent),
    scrobble('pause', percent),
    scrobble('stop', percent),
    scrobble('stop', fc.constantFrom(80, 91.5, 100)),
    fc
      .record({ content, troubles: trouble, watchedMs: fc.constantFrom(...PAST_MS) })
      .map(toHistoryAdd),
    fc.record({ content, troubles: trouble }).map(toHistoryRemove),
    fc.record({ index: fc.nat({ max: 5 }), troubles: trouble }).map(toRemoveById),
    fc.record({ content, troubles: trouble, isAdd: fc.boolean() }).map(toWatchlist),
    fc.record({ index: fc.nat({ max: 2 }), troubles: trouble }).map(toForgetPlace),
  ];
}

const isSmooth = (troubles: readonly Trouble[]) => troubles.every((one) => one === undefined);

/** One call with what may go wrong, and a look at all lists after it. */
function command(
  text: string,
  troubles: readonly Trouble[],
  run: (model: TraktModel, real: Real) => Promise<void>,
): Command {
  return {
    check: () => true,
    async run(model, real) {
      real.pass();
      real.setTroubles(troubles);
      await run(model, real);
      real.setTroubles([]);
      await requireSame(model, real);
    },
    toString: () => `${text} [${troubles.map((one) => one ?? 'ok').join(' ')}]`,
  };
}

function toScrobble(
  action: 'start' | 'pause' | 'stop',
  given: {
    readonly content: ModelContent;
    readonly percent: number;
    readonly troubles: readonly Trouble[];
    readonly times: number;
  },
): Command {
  const { content: what, percent, troubles, times } = given;
  return command(`${action} ${what.name} ${percent} x${times}`, troubles, async (model, real) => {
    for (let time = 0; time < times; time += 1) {
      const answer = await real.ask('POST', `/scrobble/${action}`, {
        ...what.played,
        progress: percent,
      });
      if (action !== 'start' && percent < 1) {
        expect(answer.status).toBe(422);
      } else if (action === 'stop' && percent >= 80) {
        const isNew = model.end(what, percent, real.now());
        // Of a call that broke off, the next try may find the end there.
        expect([201, 409]).toContain(answer.status);
        if (isSmooth(troubles)) expect(answer.status).toBe(isNew ? 201 : 409);
      } else {
        expect(answer.status).toBe(201);
        if (action === 'start') model.start(what, percent, real.now());
        else model.place(what, percent, real.now());
      }
    }
  });
}

function toHistoryAdd({
  content: what,
  troubles,
  watchedMs,
}: {
  readonly content: ModelContent;
  readonly troubles: readonly Trouble[];
  readonly watchedMs: number;
}): Command {
  const watchedAt = new Date(watchedMs).toISOString();
  return command(`add ${what.name} ${watchedAt}`, troubles, async (model, real) => {
    const body = { [what.list]: [{ ...what.listed, watched_at: watchedAt }] };
    const answer = await real.ask('POST', '/sync/history', body);
    expect(answer.status).toBe(201);
    const isNew = model.add(what, watchedMs, real.now());
    const { movies, episodes } = answer.body.added;
    if (isSmooth(troubles)) expect(movies + episodes).toBe(isNew ? 1 : 0);
  });
}

function toHistoryRemove({
  content: what,
  troubles,
}: {
  readonly content: ModelContent;
  readonly troubles: readonly Trouble[];
}): Command {
  return command(`remove ${what.name}`, troubles, async (model, real) => {
    const body = { [what.list]: [what.listed] };
    const answer = await real.ask('POST', '/sync/history/remove', body);
    expect(answer.status).toBe(200);
    const count = model.removeAll(what, real.now());
    const { movies, episodes } = answer.body.deleted;
    if (isSmooth(troubles)) expect(movies + episodes).toBe(count);
  });
}

function toRemoveById({
  index,
  troubles,
}: {
  readonly index: number;
  readonly troubles: readonly Trouble[];
}): Command {
  return command(`remove the viewing ${index}`, troubles, async (model, real) => {
    real.setTroubles([]);
    const item = (await real.call('GET', '/sync/history')).body[index];
    if (item === undefined) return;
    real.setTroubles(troubles);
    expect((await real.ask('POST', '/sync/history/remove', { ids: [item.id] })).status).toBe(200);
    const title = item.movie?.title ?? item.episode.title;
    const what = CONTENTS.find(({ name }) => name === title);
    if (what === undefined) throw new Error(`there is no ${title}`);
    model.removePlay(what, Date.parse(item.watched_at), real.now());
  });
}

function toWatchlist({
  content: what,
  troubles,
  isAdd,
}: {
  readonly content: ModelContent;
  readonly troubles: readonly Trouble[];
  readonly isAdd: boolean;
}): Command {
  const path = isAdd ? '/sync/watchlist' : '/sync/watchlist/remove';
  return command(`${path} ${what.name}`, troubles, async (model, real) => {
    const listed = what.list === 'shows' ? SHOW : what.listed;
    const answer = await real.ask('POST', path, { [what.list]: [listed] });
    expect(answer.status).toBe(isAdd ? 201 : 200);
    const state = model.stateOf(what);
    const { [what.list]: count } = answer.body[isAdd ? 'added' : 'deleted'];
    if (isSmooth(troubles)) expect(count).toBe(state.isListed === isAdd ? 0 : 1);
    state.isListed = isAdd;
  });
}

function toForgetPlace({
  index,
  troubles,
}: {
  readonly index: number;
  readonly troubles: readonly Trouble[];
}): Command {
  return command(`forget the place ${index}`, troubles, async (model, real) => {
    real.setTroubles([]);
    const item = (await real.call('GET', '/sync/playback')).body[index];
    if (item === undefined) return;
    real.setTroubles(troubles);
    const { status } = await real.ask('DELETE', `/sync/playback/${item.id}`);
    if (isSmooth(troubles)) expect(status).toBe(204);
    else expect([204, 404]).toContain(status);
    const title = item.movie?.title ?? item.episode.title;
    const what = CONTENTS.find(({ name }) => name === title);
    if (what !== undefined) model.forgetPlace(what);
    expect((await real.call('DELETE', `/sync/playback/${item.id}`)).status).toBe(404);
  });
}

interface Item {
  readonly movie?: { readonly title: string };
  readonly episode?: { readonly title: string };
  readonly progress: number;
  readonly plays: number;
  readonly watched_at: string;
}

async function requireSame(model: TraktModel, { call }: Real): Promise<void> {
  const read = async (path: string): Promise<readonly Item[]> => (await call('GET', path)).body;
  const titleOf = ({ movie, episode }: Item) => movie?.title ?? episode?.title ?? '';
  const sorted = (lines: readonly string[]) => lines.toSorted();

  const places = await read('/sync/playback');
  expect(sorted(places.map((item) => `${titleOf(item)} ${item.progress}`))).toEqual(
    sorted(
      CONTENTS.flatMap((one) => {
        const percent = model.shownPercent(one);
        return percent === undefined ? [] : [`${one.name} ${percent}`];
      }),
    ),
  );

  const history = await read('/sync/history');
  expect(history.map(({ watched_at: at }) => at)).toEqual(
    sorted(history.map(({ watched_at: at }) => at)).toReversed(),
  );
  expect(sorted(history.map((item) => `${titleOf(item)} ${item.watched_at}`))).toEqual(
    sorted(
      CONTENTS.flatMap((one) =>
        Array.from(model.stateOf(one).playsMs, (ms) => `${one.name} ${new Date(ms).toISOString()}`),
      ),
    ),
  );

  const movies = await read('/sync/watched/movies');
  const shows = await read('/sync/watched/shows');
  expect(sorted([...movies.map(titleOf), ...shows.map(() => 'Part 1.2')])).toEqual(
    sorted(CONTENTS.flatMap((one) => (model.stateOf(one).playsMs.size > 0 ? [one.name] : []))),
  );
  const plays = [...movies, ...shows].reduce((sum, item) => sum + item.plays, 0);
  expect(plays).toBe(CONTENTS.reduce((sum, one) => sum + model.stateOf(one).playsMs.size, 0));

  const watchlist = (await call('GET', '/sync/watchlist')).body as readonly {
    readonly movie?: { readonly title: string };
  }[];
  expect(sorted(watchlist.map(({ movie }) => movie?.title ?? 'Part 1.2'))).toEqual(
    sorted(CONTENTS.flatMap((one) => (model.stateOf(one).isListed ? [one.name] : []))),
  );
}
