import { expect } from 'vitest';
import { answerFaults } from '../../../trakt/src/testing/answer-faults.ts';
import type { Answer, CallOptions, TestApi, TestUser } from './test-api.ts';

/** Where the API is in tests. */
export const TRAKT_BASE = '//compat/trakt';

export interface TraktPerson {
  readonly user: TestUser;
  /** Calls Trakt's API; what it answers is held to the tables of its clients. */
  readonly get: (path: string) => Promise<Answer>;
  readonly post: (path: string, body: unknown) => Promise<Answer>;
}

export async function openTraktPerson(api: TestApi): Promise<TraktPerson> {
  const user = await api.createUser();
  async function call(method: string, path: string, body?: unknown): Promise<Answer> {
    const options: CallOptions = body === undefined ? {} : { body };
    const answer = await user.call(method, `${TRAKT_BASE}${path}`, options);
    const { status, body: told, headers } = answer;
    expect(answerFaults({ method, path, status, body: told, headers })).toEqual([]);
    return answer;
  }
  return {
    user,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
  };
}

/** Two shows and two films that the catalogue knows; the second season of the first show is announced. */
export async function fillTraktCatalogue(api: TestApi): Promise<void> {
  const episode = (seriesId: string, season: number, number: number, releasedAt: string) => ({
    contentId: `${seriesId}:s${season}e${number}`,
    facts: {
      type: 'episode' as const,
      title: `Part ${season}.${number}`,
      seriesId,
      season,
      episode: number,
      durationSeconds: 2_700,
      releasedAt,
    },
  });
  const outcome = await api.parts.catalogue.put('tests', [
    {
      contentId: 'tmdb:tv:70001',
      facts: {
        type: 'series',
        title: 'Made-up Show',
        year: 2019,
        ids: { imdb: 'tt9900001', tmdb: 70_001, tvdb: 80_001 },
      },
      aliases: ['tvdb:series:80001', 'imdb:tt9900001'],
    },
    episode('tmdb:tv:70001', 0, 1, '2018-12-01'),
    ...[1, 2, 3].map((number) => episode('tmdb:tv:70001', 1, number, `2019-01-0${number}`)),
    episode('tmdb:tv:70001', 2, 1, '2099-01-01'),
    {
      contentId: 'tmdb:tv:70002',
      facts: { type: 'series', title: 'Other Show', year: 2020, ids: { tmdb: 70_002 } },
    },
    ...[1, 2].map((number) => episode('tmdb:tv:70002', 1, number, '2020-05-01')),
    {
      contentId: 'tmdb:movie:50001',
      facts: {
        type: 'movie',
        title: 'Made-up Film',
        year: 2020,
        durationSeconds: 6_000,
        releasedAt: '2020-03-01',
        ids: { imdb: 'tt9900002', tmdb: 50_001 },
      },
      aliases: ['imdb:tt9900002'],
    },
    {
      contentId: 'tmdb:movie:50002',
      facts: { type: 'movie', title: 'Second Film', year: 2021, durationSeconds: 6_000 },
    },
  ]);
  expect(outcome.refusals).toEqual([]);
}

export const FILM = { ids: { imdb: 'tt9900002' } };
export const SHOW = { ids: { tvdb: '80001' } };
