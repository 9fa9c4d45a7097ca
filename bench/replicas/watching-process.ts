// Continue Watching of somebody who watched a great deal: the first list, a change and the list after it, a list made anew.
import {
  CONTINUE_WATCHING_POLICY,
  continueWatching,
  createWatchingList,
  LWWRegister,
  type ListedFacts,
  type ListedKind,
  type ListSource,
  type PlaybackPosition,
  type Stamp,
  type Written,
} from '@cuepoint/core';
import { percentile } from '../support/statistics.ts';
import type { Sample } from '../workload.ts';
import { answerJob } from './replica-job.ts';

export interface WatchingJob {
  /** Half of them films, half episodes of series that have a quarter more. */
  readonly contents: number;
}

const EPISODES = 25;
const WATCHED_EPISODES = 20;
const LISTS = 30;
const CHANGES = 3_000;
const START_MS = Date.UTC(2026, 0, 1);

async function run({ contents }: WatchingJob): Promise<Sample> {
  const { source, ids, play } = createViewer(contents);
  const nowMs = START_MS + 10 * contents + CHANGES;
  const list = createWatchingList(source);
  const coldMs = timeOf(() => list.cards(nowMs));
  const anewMs = timesOf(LISTS, () => continueWatching(source, nowMs));
  const firstMs = timesOf(LISTS, () => createWatchingList(source).cards(nowMs));
  const changeMs = timesOf(CHANGES, (count) => {
    const contentId = ids[(count * 7_919) % ids.length] ?? '';
    play(contentId, 300 + count);
    list.changed(contentId);
    list.cards(nowMs);
  });
  const cards = list.cards(nowMs).length;
  if (cards !== continueWatching(source, nowMs).length) throw new Error('a card is missing');
  return {
    cards,
    coldMs,
    firstMs: percentile(firstMs, 0.5),
    anewMs: percentile(anewMs, 0.5),
    changeMs: percentile(changeMs, 0.5),
    changeP99Ms: percentile(changeMs, 0.99),
  };
}

function createViewer(contents: number) {
  const factsById = new Map<string, ListedFacts>();
  const episodesBySeries = new Map<string, string[]>();
  const ids: string[] = [];
  for (let film = 0; film < contents / 2; film += 1) {
    ids.push(`film:${film}`);
    factsById.set(`film:${film}`, { type: 'movie', durationSeconds: 5_400 });
  }
  for (let series = 0; series < contents / 2 / WATCHED_EPISODES; series += 1) {
    const seriesId = `series:${series}`;
    factsById.set(seriesId, { type: 'series' });
    const episodes = Array.from({ length: EPISODES }, (_, index) => `${seriesId}:${index + 1}`);
    for (const [index, id] of episodes.entries()) {
      const numbers = { season: 1, episode: index + 1, releasedAt: '2025-01-01' };
      factsById.set(id, { type: 'episode', seriesId, durationSeconds: 2_700, ...numbers });
    }
    episodesBySeries.set(seriesId, episodes);
    ids.push(...episodes.slice(0, WATCHED_EPISODES));
  }

  let ms = START_MS;
  const nextStamp = (): Stamp => ({ timestamp: { physical: ++ms, logical: 0 }, deviceId: 'tv' });
  const progress = new Map<string, LWWRegister<PlaybackPosition | null>>();
  const registers = new Map<ListedKind, Map<string, Written<unknown>>>(
    (['watched', 'dismissed', 'rewatch'] as const).map((kind) => [kind, new Map()]),
  );
  const play = (id: string, positionSeconds: number): void => {
    const position: PlaybackPosition = { positionSeconds, durationSeconds: 0, state: 'paused' };
    const register = progress.get(id);
    if (register === undefined) progress.set(id, new LWWRegister(position, nextStamp()));
    else register.write(position, nextStamp());
  };
  for (const [index, id] of ids.entries()) {
    // Every third is in progress, of series the last two.
    const isWatched = id.startsWith('film') ? index % 3 > 0 : index % WATCHED_EPISODES < 18;
    play(id, isWatched ? 5_390 : 600);
    if (isWatched) registers.get('watched')?.set(id, { value: { at: null }, stamp: nextStamp() });
  }
  const source: ListSource = {
    policy: CONTINUE_WATCHING_POLICY,
    describe: {
      facts: (id) => factsById.get(id),
      episodesOf: (id) => episodesBySeries.get(id) ?? [],
      canonical: (id) => id,
    },
    state: {
      *contentIds() {
        yield* progress.keys();
        for (const kept of registers.values()) yield* kept.keys();
      },
      progress: (id) => progress.get(id),
      register: (kind, key) => registers.get(kind)?.get(key),
    },
  };
  return { source, ids, play };
}

function timeOf(work: () => void): number {
  const startedAtMs = performance.now();
  work();
  return performance.now() - startedAtMs;
}

/** In ascending order. */
function timesOf(times: number, work: (count: number) => void): number[] {
  return Array.from({ length: times }, (_, count) => timeOf(() => work(count))).sort(
    (a, b) => a - b,
  );
}

answerJob(run);
