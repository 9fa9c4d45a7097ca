import {
  CONTINUE_WATCHING_POLICY,
  continueWatching,
  createProgressRegister,
  groupOf,
  type Description,
  type ListedFacts,
  type Stamp,
  type ViewerState,
} from '@cuepoint/core';
import type { Engaged, Viewed } from '@cuepoint/store';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ENGAGED_PER_LIST_MAX } from '../limits.ts';
import { readContinueWatching, type ViewedReader } from './read-list.ts';

const NOW_MS = 1_800_000_000_000;
const STRETCH_MS = 262_143;

interface Position {
  readonly contentId: string;
  readonly atMs: number;
  /** How long a timer has reported since the act: up to ten hours. */
  readonly sinceMs: number;
  readonly isPlaying: boolean;
  readonly positionSeconds: number;
}

/** Episodes of series of three, and films. */
function factsOf(contentId: string): ListedFacts {
  const number = Number(contentId.slice(1));
  if (contentId.startsWith('f')) return { type: 'movie' };
  const seriesId = `s${Math.floor(number / 3)}`;
  return { type: 'episode', seriesId, season: 1, episode: (number % 3) + 1 };
}

const describeAll: Description = {
  canonical: (id) => id,
  facts: (id) => (/^[ef]/.test(id) ? factsOf(id) : undefined),
  episodesOf: (seriesId) => [0, 1, 2].map((index) => `e${Number(seriesId.slice(1)) * 3 + index}`),
};

const position: fc.Arbitrary<Position> = fc.record({
  contentId: fc.oneof(
    fc.integer({ min: 0, max: 200 }).map((number) => `e${number}`),
    fc.integer({ min: 0, max: 60 }).map((number) => `f${number}`),
  ),
  atMs: fc.integer({ min: 1, max: 2_000 }).map((step) => NOW_MS - step * 60_000),
  sinceMs: fc.integer({ min: 0, max: 36_000_000 }),
  isPlaying: fc.boolean(),
  positionSeconds: fc.constantFrom(0, 60, 1_000, 2_690),
});

/** A store that counts the acts that it was asked for. @param isMarked whether each was marked as watched as well. */
function openStore(positions: readonly Position[], isMarked = false) {
  const stampOf = ({ atMs, sinceMs }: Position): Stamp => {
    const claim = { physical: atMs, logical: 0 };
    const timestamp = { physical: atMs + sinceMs, logical: 0 };
    return { timestamp, deviceId: 'tv', ...(sinceMs === 0 ? {} : { claim }) };
  };
  const registers = new Map(
    positions.map((one) => [
      one.contentId,
      createProgressRegister(
        { positionSeconds: one.positionSeconds, durationSeconds: 2_700, state: 'paused' },
        stampOf(one),
      ),
    ]),
  );
  const engaged: readonly Engaged[] = positions
    .flatMap((one) => {
      const reportedMs = one.atMs + one.sinceMs;
      const untilMs = one.isPlaying ? Math.ceil(reportedMs / STRETCH_MS) * STRETCH_MS : reportedMs;
      const act = { name: one.contentId, untilMs };
      return isMarked ? [act, { ...act, untilMs: untilMs + 1 }] : [act];
    })
    .toSorted((a, b) => b.untilMs - a.untilMs || (a.name < b.name ? 1 : -1));
  const stateOf = (names: ReadonlySet<string>): ViewerState => ({
    contentIds: () => names,
    progress: (id) => (names.has(id) ? registers.get(id) : undefined),
    register: () => undefined,
  });
  let looked = 0;
  const repository: ViewedReader = {
    async listEngaged(_userId, { limit, after }) {
      const start =
        after === undefined
          ? 0
          : engaged.findIndex(
              ({ name, untilMs }) => name === after.name && untilMs === after.untilMs,
            ) + 1;
      looked += Math.min(limit, engaged.length - start);
      return engaged.slice(start, start + limit);
    },
    async readViewed(_userId, contentIds, known) {
      const names = new Set(known?.state.contentIds());
      for (const id of contentIds) {
        const groupId = groupOf(id, describeAll);
        for (const name of groupId.startsWith('s') ? describeAll.episodesOf(groupId) : [id])
          names.add(name);
      }
      const viewed: Viewed = {
        state: stateOf(names),
        describe: describeAll,
        rows: names.size,
        namesOf: (name) => [name],
        has: (name) => names.has(name),
      };
      return viewed;
    },
  };
  const whole = { state: stateOf(new Set(registers.keys())), describe: describeAll };
  return { repository, whole, looked: () => looked };
}

it('[CW2] the cards of a walk are the first of the whole list, whatever timers reported since', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(position, {
        selector: ({ contentId }) => contentId,
        minLength: 100,
        maxLength: 250,
      }),
      fc.integer({ min: 1, max: 60 }),
      async (positions, limit) => {
        const { repository, whole } = openStore(positions);
        const page = await readContinueWatching(repository, 'user', { limit, nowMs: NOW_MS });
        const source = { ...whole, policy: CONTINUE_WATCHING_POLICY };
        expect(page.cards).toEqual(continueWatching(source, NOW_MS).slice(0, limit));
        expect(page.isTruncated).toBe(false);
      },
    ),
  );
});

it('[OPS3] a walk ends with its cards, and at a bound where there are none', async () => {
  const films = Array.from({ length: ENGAGED_PER_LIST_MAX + 1_000 }, (_, index) => ({
    contentId: `f${index}`,
    atMs: NOW_MS - index * 1_000,
    sinceMs: 0,
    isPlaying: false,
    positionSeconds: 1_000,
  }));
  const some = openStore(films);
  const page = await readContinueWatching(some.repository, 'user', { limit: 20, nowMs: NOW_MS });
  expect(page.cards).toHaveLength(20);
  expect(some.looked()).toBeLessThan(200);

  const seen = openStore(films.map((film) => Object.assign({}, film, { positionSeconds: 2_690 })));
  const none = await readContinueWatching(seen.repository, 'user', { limit: 20, nowMs: NOW_MS });
  expect(none).toMatchObject({ cards: [], isTruncated: true });
  expect(seen.looked()).toBe(ENGAGED_PER_LIST_MAX);

  // A content that was played and marked is one content.
  const marked = films.slice(0, ENGAGED_PER_LIST_MAX - 1);
  const oldest = marked.at(-1);
  const titles = marked.map((film) =>
    film === oldest ? film : Object.assign({}, film, { positionSeconds: 2_690 }),
  );
  const all = openStore(titles, true);
  const found = await readContinueWatching(all.repository, 'user', { limit: 20, nowMs: NOW_MS });
  expect(found).toMatchObject({ cards: [{ contentId: oldest?.contentId }], isTruncated: false });
});
