import type { Matcher, Work } from '@cuepoint/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createUserRates } from '../service/user-rates.ts';
import { BOTH_DATABASES } from '../testing/both-databases.ts';
import type { TestApi, TestUser } from '../testing/test-api.ts';
import { createMatcher } from './create-matcher.ts';
import { UNMATCHED_WORKS_MAX } from './unmatched-works.ts';

const AT_MS = Date.parse('2026-03-01T20:15:30Z');
const SHOW = { ids: {}, title: 'Made-up Show', year: 2018 };
const episode = (number: number): Work => ({
  type: 'episode',
  ids: {},
  series: SHOW,
  season: 1,
  episode: number,
  title: `Episode ${number}`,
});
const film = (title: string): Work => ({ type: 'movie', ids: {}, title });

describe.each(BOTH_DATABASES)('works that are not recognised, on $name', ({ openApi }) => {
  let api: TestApi;
  let viewer: TestUser;
  let service: TestUser;
  let matcher: Matcher;

  beforeAll(async () => {
    api = await openApi({ env: { CUEPOINT_RATE_LIMIT: '0' } });
    service = await api.createUser({ scopes: ['cuepoint:service'] });
    matcher = createMatcher({
      ...api.parts,
      inTurn: async (_userId, piece) => piece(),
      quota: { rowsMax: 0, findExcess: () => new Set() },
      rates: createUserRates(0, () => 0),
      timeAck: () => () => undefined,
      countOp: () => undefined,
    });
  });
  afterAll(() => api.close());
  beforeEach(async () => {
    viewer = await api.createUser();
  });

  const match = (work: Work) => matcher.match(viewer.userId, work);
  const keep = (work: Work, waiting?: Parameters<Matcher['keepUnmatched']>[2]['waiting']) =>
    matcher.keepUnmatched(viewer.userId, work, {
      source: 'jellyfin',
      ...(waiting === undefined ? {} : { waiting }),
    });
  const unmatched = async () => (await viewer.call('GET', '/unmatched')).body.items;
  const pick = (workId: string, contentId: string) =>
    viewer.call('PUT', `/matches/${workId}`, { body: { contentId } });

  it('[HOK4] a series is asked for once, and matched all its episodes go there', async () => {
    expect(await match(episode(4))).toEqual({ kind: 'unmatched', reason: 'unknown' });
    await keep(episode(4), { kind: 'viewing', atMs: AT_MS, playbackId: 'p-4' });
    await keep(episode(5), {
      kind: 'place',
      atMs: AT_MS,
      positionSeconds: 600,
      durationSeconds: 2_700,
    });
    const [work, ...others] = await unmatched();
    expect(others).toEqual([]);
    expect(work).toMatchObject({
      work: { type: 'series', title: 'Made-up Show', year: 2018 },
      reason: 'unknown',
      source: 'jellyfin',
      waiting: 2,
    });
    expect(await pick(work.workId, 'tmdb:tv:70001')).toMatchObject({
      status: 200,
      body: { contentId: 'tmdb:tv:70001', applied: 2 },
    });
    expect(await unmatched()).toEqual([]);
    expect(await match(episode(6))).toEqual({
      kind: 'matched',
      contentId: 'tmdb:tv:70001:s1e6',
      seriesId: 'tmdb:tv:70001',
      isKnown: false,
    });
    // What waited counts as of when it happened.
    const history = await viewer.call('GET', '/history');
    expect(history.body.items).toMatchObject([
      { contentId: 'tmdb:tv:70001:s1e4', watchedAt: '2026-03-01T20:15:30Z', source: 'jellyfin' },
    ]);
    const place = await viewer.call('GET', '/progress/tmdb:tv:70001:s1e5');
    expect(place.body).toMatchObject({ positionSeconds: 600, durationSeconds: 2_700 });
    const cards = await viewer.call('GET', '/continue-watching');
    expect(cards.body.items).toMatchObject([
      { groupId: 'tmdb:tv:70001', contentId: 'tmdb:tv:70001:s1e5', reason: 'in_progress' },
    ]);
  });

  it('what was said since stays: a place that waited does not go back behind it', async () => {
    await keep(film('Later'), {
      kind: 'place',
      atMs: AT_MS,
      positionSeconds: 60,
      durationSeconds: 5_400,
    });
    await viewer.call('PUT', '/progress/later', {
      body: { positionSeconds: 900, durationSeconds: 5_400, state: 'paused' },
    });
    const [{ workId }] = await unmatched();
    await pick(workId, 'later');
    expect((await viewer.call('GET', '/progress/later')).body).toMatchObject({
      positionSeconds: 900,
    });
  });

  it('what a person picked comes before the catalogue, and for that person alone', async () => {
    await keep(film('Twice there'));
    const [{ workId }] = await unmatched();
    await pick(workId, 'mine');
    const facts = { type: 'movie', title: 'Twice there' };
    const body = { contents: [{ contentId: 'theirs', ...facts }] };
    await service.call('PUT', '/catalogue', { body });
    expect(await match(film('twice there!'))).toMatchObject({ contentId: 'mine' });
    const other = await api.createUser();
    expect(await matcher.match(other.userId, film('Twice there'))).toMatchObject({
      contentId: 'theirs',
      isKnown: true,
    });
    expect((await viewer.call('GET', '/matches')).body.items).toMatchObject([
      { workId, contentId: 'mine', work: { title: 'Twice there' } },
    ]);
    expect((await viewer.call('DELETE', `/matches/${workId}`)).status).toBe(204);
    // Of the content that was picked its title is known since.
    expect(await match(film('Twice there'))).toMatchObject({ reason: 'ambiguous' });
    expect((await viewer.call('DELETE', `/matches/${workId}`)).status).toBe(404);
  });

  it('a match of another kind is refused, and so is one of nothing that waits', async () => {
    const facts = { type: 'series', title: 'A series' };
    const body = { contents: [{ contentId: 'a-series', ...facts }] };
    await service.call('PUT', '/catalogue', { body });
    await keep(film('A film'));
    const [{ workId }] = await unmatched();
    expect(await pick(workId, 'a-series')).toMatchObject({
      status: 400,
      body: { code: 'invalid_content', field: 'contentId' },
    });
    expect(await pick('x'.repeat(22), 'a-series')).toMatchObject({ status: 404 });
    expect(await unmatched()).toHaveLength(1);
    expect((await viewer.call('DELETE', `/unmatched/${workId}`)).status).toBe(204);
    expect(await unmatched()).toEqual([]);
  });

  it('[SEC3] there are as many as there may be, the last reported, however many are reported at once', async () => {
    const works = Array.from({ length: UNMATCHED_WORKS_MAX + 20 }, (_, index) =>
      film(`Home video ${index} ${'x'.repeat(5_000)}`),
    );
    await Promise.all(works.map((work) => keep(work)));
    const listed = await unmatched();
    expect(listed).toHaveLength(UNMATCHED_WORKS_MAX);
    expect(listed[0].work.title.length).toBe(300);
    await keep(film('One more'));
    expect((await unmatched())[0].work.title).toBe('One more');
    expect(await unmatched()).toHaveLength(UNMATCHED_WORKS_MAX);
  });

  it('a viewing that is told twice waits once, and a place is the last one', async () => {
    for (let time = 0; time < 30; time += 1) {
      await keep(film('Again'), { kind: 'viewing', atMs: AT_MS + time, playbackId: 'p' });
      await keep(film('Again'), {
        kind: 'place',
        atMs: AT_MS + time,
        positionSeconds: time,
        durationSeconds: 60,
      });
    }
    expect((await unmatched())[0].waiting).toBe(2);
  });

  it('a work without a name is not kept, and one that is recognised by now neither', async () => {
    await keep({ type: 'movie', ids: {} });
    await keep({ type: 'movie', ids: { tmdb: 5 }, title: 'With an id' });
    await keep({ type: 'season', ids: {}, season: 1 });
    expect(await unmatched()).toEqual([]);
  });

  it('titles are searched by words', async () => {
    const contents = [
      { contentId: 'find-1', type: 'movie', title: 'The Quiet Harbour', year: 2001 },
      { contentId: 'find-2', type: 'series', title: 'Harbour' },
    ];
    await service.call('PUT', '/catalogue', { body: { contents } });
    const ids = async (query: string) =>
      (await viewer.call('GET', `/titles?${query}`)).body.items.map(
        ({ contentId }: { contentId: string }) => contentId,
      );
    expect(await ids('query=harb')).toEqual(['find-2', 'find-1']);
    expect(await ids('query=harbour%20quiet&type=movie')).toEqual(['find-1']);
    expect((await viewer.call('GET', '/titles')).status).toBe(400);
  });
});
