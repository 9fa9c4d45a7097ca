import { requireRegister, type KnownContent } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import type { ImportRecord, Statement, When, Work } from '../record.ts';
import { Person } from '../testing/person.ts';
import type { Plan } from './planned.ts';
import { stampOps } from './stamp-ops.ts';

const FILM: Work = { type: 'movie', ids: { tmdb: 70_002 }, title: 'Made-up, the Film', year: 1999 };
const FILM_ID = 'tmdb:movie:70002';
const SHOW = { ids: { tmdb: 70_001 }, title: 'Made-up Show', year: 2019 };
const episode = (number: number): Work => ({
  type: 'episode',
  ids: {},
  series: SHOW,
  season: 1,
  episode: number,
});

const at = (text: string): When => ({ precision: 'instant', at: text });
const on = (text: string): When => ({ precision: 'day', day: text });
const unknown: When = { precision: 'unknown' };
const of = (work: Work, says: Statement): ImportRecord => ({ work, says });
const play = (when: When, sourceId?: string, work = FILM): ImportRecord =>
  of(work, { kind: 'play', when, ...(sourceId === undefined ? {} : { sourceId }) });
const count = (atLeast: number): ImportRecord => of(FILM, { kind: 'count', atLeast });

const outcomes = ({ lines }: Plan) => lines.map(({ outcome }) => outcome);
const trakt = { source: 'trakt', zone: 'UTC' };
const letterboxd = { source: 'letterboxd', zone: 'UTC' };

describe('viewings', () => {
  it('[IMP3] are known by the own id of their source, and told once', async () => {
    const person = new Person();
    const evening = at('2026-03-01T20:15:30Z');
    expect(outcomes(await person.take([play(evening, '1'), play(evening, '1')], trakt))).toEqual([
      'added',
      'already_there',
    ]);
    const again = await person.take([play(evening, '1')], trakt);
    expect([again.ops, outcomes(again)]).toEqual([[], ['already_there']]);
    expect(person.viewings(FILM_ID)).toEqual(['2026-03-01T20:15:30Z']);
  });

  it('[IMP3] of two sources that overlap in time are one', async () => {
    const person = new Person();
    await person.take([play(at('2026-03-01T20:15:30Z'), '1')], trakt);
    await person.take([play(at('2026-03-01T20:15:36Z'))], { source: 'tvtime', zone: 'UTC' });
    expect(person.viewings(FILM_ID)).toEqual(['2026-03-01T20:15:30Z']);
  });

  it('[IMP3] of a day and of an instant on it are one where two sources tell them, and two where one does', async () => {
    const instant = play(at('2026-03-01T20:15:30Z'), '1');
    const day = play(on('2026-03-01'), 'a');
    const first = new Person();
    await first.take([instant], trakt);
    const later = await first.take([day], letterboxd);
    expect(outcomes(later)).toEqual(['already_there']);
    const second = new Person();
    await second.take([day], letterboxd);
    await second.take([instant], trakt);
    expect(second.seen()).toEqual(first.seen());
    expect(second.viewings(FILM_ID)).toEqual(['2026-03-01T20:15:30Z']);
    const third = new Person();
    await third.take([instant, day], trakt);
    expect(third.viewings(FILM_ID)).toHaveLength(2);
  });

  it('[IMP3] a day is that of the person: by their zone, or by any where it is not known', async () => {
    const evening = play(at('2026-03-02T03:30:00Z'), '1');
    for (const [zone, viewings] of [
      ['America/Lima', 1],
      [undefined, 1],
      ['UTC', 2],
    ] as const) {
      const person = new Person();
      const options = zone === undefined ? {} : { zone };
      await person.take([evening], { source: 'trakt', ...options });
      await person.take([play(on('2026-03-01'), 'a')], { source: 'letterboxd', ...options });
      expect(person.viewings(FILM_ID)).toHaveLength(viewings);
    }
  });

  it('[IMP3] a count adds viewings of unknown date up to its number only', async () => {
    const person = new Person();
    const two = [play(at('2026-03-01T20:15:30Z'), '1'), play(on('2026-02-01'), '2')];
    expect(outcomes(await person.take([...two, count(3)], trakt))).toEqual([
      'added',
      'added',
      'added',
    ]);
    expect(person.viewings(FILM_ID)).toEqual(['unknown', '2026-02-01', '2026-03-01T20:15:30Z']);
    expect(outcomes(await person.take([count(3), count(2)], letterboxd))).toEqual([
      'already_there',
      'already_there',
    ]);
    await person.take([play(on('2025-01-01'), 'a')], letterboxd);
    expect(person.viewings(FILM_ID)).toEqual(['2025-01-01', '2026-02-01', '2026-03-01T20:15:30Z']);
  });

  it('[IMP3] an undated viewing is one beside the dated ones of its source, and none beside those of others', async () => {
    const person = new Person();
    await person.take([play(on('2026-02-01'), '1'), play(unknown, '2')], trakt);
    expect(person.viewings(FILM_ID)).toHaveLength(2);
    expect(outcomes(await person.take([play(unknown, 'x')], letterboxd))).toEqual([
      'already_there',
    ]);
  });

  it('[IMP3] what was told twice of one viewing is not counted up', async () => {
    const person = new Person();
    const minute = at('2026-03-01T20:15:30Z');
    await person.take([play(minute, '1'), play(minute, '2'), play(minute, '3'), count(3)], trakt);
    expect(person.viewings(FILM_ID)).toHaveLength(1);
  });

  it('[IMP1] that were removed do not come back with the file', async () => {
    const person = new Person();
    await person.take(
      [play(on('2026-02-01'), '1'), of(FILM, { kind: 'watchlist', when: unknown })],
      trakt,
    );
    person.write([{ kind: 'play.remove', playIds: person.plays().map(({ playId }) => playId) }]);
    person.unlist(FILM_ID);
    await person.take(
      [play(on('2026-02-01'), '1'), of(FILM, { kind: 'watchlist', when: unknown })],
      trakt,
    );
    expect([person.viewings(FILM_ID), person.listed()]).toEqual([[], []]);
  });

  it('of sessions are those that reach the end, in one evening or in two', async () => {
    const facts = { type: 'movie', title: 'Made-up, the Film', durationSeconds: 6_000 } as const;
    const person = new Person([{ contentId: 'film', facts }]);
    const session = (day: string, playedSeconds: number) =>
      of(
        { type: 'movie', ids: {}, title: 'Made-up, the Film' },
        { kind: 'session', when: on(day), playedSeconds },
      );
    const plan = await person.take(
      [session('2026-02-02', 3_000), session('2026-02-01', 3_000), session('2026-02-03', 3_000)],
      { source: 'jellyfin' },
    );
    expect(outcomes(plan)).toEqual(['added', 'no_viewing', 'no_viewing']);
    expect(person.viewings('film')).toEqual(['2026-02-02']);
  });
});

describe('what a person says', () => {
  const rating = (value: number, when: When, outOf = 10) =>
    of(FILM, { kind: 'rating', value, outOf, when });

  it('[IMP1] is never beaten by an import that tells of an earlier time', async () => {
    const person = new Person();
    expect(outcomes(await person.take([rating(7, on('2026-02-01'))], trakt))).toEqual(['added']);
    expect(outcomes(await person.take([rating(2.5, on('2026-01-01'), 5)], letterboxd))).toEqual([
      'already_there',
    ]);
    expect(outcomes(await person.take([rating(9, unknown)], letterboxd))).toEqual([
      'already_there',
    ]);
    expect(person.value('rating', FILM_ID)).toBe(7);
    expect(outcomes(await person.take([rating(2.5, on('2026-03-01'), 5)], letterboxd))).toEqual([
      'changed',
    ]);
    expect(person.value('rating', FILM_ID)).toBe(5);
  });

  it('a viewing marks its content as watched, at the latest date', async () => {
    const person = new Person();
    await person.take([play(on('2026-02-01'), '1'), play(at('2026-03-01T20:15:30Z'), '2')], trakt);
    await person.take([play(on('2025-02-01'), '1')], letterboxd);
    expect(person.value('watched', FILM_ID)).toEqual({ at: '2026-03-01T20:15:30Z' });
    await person.take([of(episode(1), { kind: 'watched', when: unknown })], trakt);
    expect(person.value('watched', 'tmdb:tv:70001:s1e1')).toEqual({ at: null });
  });

  it('hides the series of an episode, lists, and likes', async () => {
    const person = new Person();
    await person.take(
      [
        of(episode(1), { kind: 'dismissed', when: on('2026-02-01') }),
        of(episode(1), { kind: 'favorite', when: unknown }),
        of(FILM, { kind: 'watchlist', when: on('2026-02-01') }),
      ],
      trakt,
    );
    expect(person.value('dismissed', 'tmdb:tv:70001')).toBe(true);
    expect(person.value('favorite', 'tmdb:tv:70001:s1e1')).toBe(true);
    expect(person.listed()).toEqual([FILM_ID]);
  });

  it('a place in percent needs a length that is known here', async () => {
    const progress = of(FILM, { kind: 'progress', percent: 42.5, when: on('2026-02-01') });
    expect(outcomes(await new Person().take([progress], trakt))).toEqual(['not_kept']);
    const known = new Person([
      { contentId: FILM_ID, facts: { type: 'movie', durationSeconds: 6_000 } },
    ]);
    const plan = await known.take([progress], trakt);
    expect(plan.ops).toEqual([
      {
        kind: 'progress.set',
        contentId: FILM_ID,
        positionSeconds: 2_550,
        durationSeconds: 6_000,
        state: 'paused',
        claim: { physical: Date.parse('2026-02-01'), logical: 0 },
      },
    ]);
    expect(outcomes(await known.take([progress], trakt))).toEqual(['already_there']);
  });
});

describe('works', () => {
  it('that are new come to be known, an episode with its series', async () => {
    const person = new Person();
    await person.take([play(unknown, '1', episode(4))], trakt);
    expect(person.value('content', 'tmdb:tv:70001')).toEqual({
      type: 'series',
      title: 'Made-up Show',
      year: 2019,
      ids: { tmdb: 70_001 },
    });
    expect(person.value('content', 'tmdb:tv:70001:s1e4')).toEqual({
      type: 'episode',
      seriesId: 'tmdb:tv:70001',
      season: 1,
      episode: 4,
    });
  });

  it('whose fields no service takes come to be known without those', async () => {
    const person = new Person();
    const odd: Work = {
      type: 'episode',
      ids: { slug: 'a\u0000b', tvdb: 4 },
      title: `\ud800${'x'.repeat(400)}\u0007`,
      series: { ...SHOW, year: 20_190 },
      season: 5_000_000,
      episode: 4,
    };
    const { ops } = await person.take([play(unknown, '1', odd)], trakt);
    for (const op of stampOps(ops, {
      deviceId: 'import',
      tick: () => ({ physical: 9, logical: 0 }),
    })) {
      if (op.kind === 'register.set') requireRegister(op);
    }
    expect(person.value('content', 'tmdb:tv:70001:s5000000e4')).toEqual({
      type: 'episode',
      title: 'x'.repeat(300),
      seriesId: 'tmdb:tv:70001',
      episode: 4,
      ids: { tvdb: 4 },
    });
  });

  const contents: KnownContent[] = [
    {
      contentId: 'a',
      facts: { type: 'movie', title: 'Made-up, the Film', year: 1999, ids: { imdb: 'tt9900002' } },
    },
    { contentId: 'b', facts: { type: 'movie', title: 'MADE-UP: The Film!', year: 2005 } },
    {
      contentId: 's',
      facts: { type: 'series', title: 'Made-up Show', year: 2018, ids: { tvdb: 80_001 } },
    },
    {
      contentId: 'e',
      facts: { type: 'episode', seriesId: 's', season: 1, episode: 4, ids: { tvdb: 8_000_104 } },
    },
  ];
  const links = [{ alias: 'imdb:tt9900004', contentId: 'e' }];

  it.each<[string, Work, string]>([
    ['their ids', { type: 'movie', ids: { tmdb: 1, imdb: 'tt9900002' }, title: 'Other' }, 'a'],
    ['title and year', { type: 'movie', ids: {}, title: 'made up the film', year: 2005 }, 'b'],
    ['an alias', { type: 'episode', ids: { imdb: 'tt9900004' } }, 'e'],
    [
      'the id of an episode',
      { type: 'episode', ids: { tvdb: 8_000_104 }, season: 9, episode: 9 },
      'e',
    ],
    [
      'series and numbers',
      { type: 'episode', ids: {}, series: { ids: { tvdb: 80_001 } }, season: 1, episode: 4 },
      'e',
    ],
    [
      'the name of a series with its year',
      {
        type: 'episode',
        ids: {},
        series: { ids: {}, title: 'Made-Up Show (2018)' },
        season: 1,
        episode: 4,
      },
      'e',
    ],
  ])('are found by %s', async (_how, work, contentId) => {
    const person = new Person(contents, links);
    await person.take([of(work, { kind: 'favorite', when: unknown })], trakt);
    expect(person.value('favorite', contentId)).toBe(true);
  });

  it('[IMP1] that nobody knows are shown and not guessed', async () => {
    const person = new Person(contents, links);
    const title = (name: string): Work => ({ type: 'movie', ids: {}, title: name });
    const plan = await person.take(
      [
        play(unknown, '1', title('Made-up, the Film')),
        play(unknown, '2', title('Other')),
        play(unknown, '3', { type: 'season', ids: { tmdb: 1 }, season: 1 }),
      ],
      letterboxd,
    );
    expect(plan.lines).toEqual([
      { file: 'file', line: 1, outcome: 'ambiguous', work: title('Made-up, the Film') },
      { file: 'file', line: 2, outcome: 'unmatched', work: title('Other') },
      { file: 'file', line: 3, outcome: 'not_kept' },
    ]);
    expect(plan.ops).toEqual([]);
    const kept = await person.take([play(unknown, '2', title('Other'))], {
      ...letterboxd,
      unmatched: 'keep',
    });
    expect(outcomes(kept)).toEqual(['added']);
    expect(person.viewings('name:movie  other')).toEqual(['unknown']);
  });
});

it('[IMP1] every line has one fate, and the counts add up', async () => {
  const person = new Person();
  const plan = await person.import(
    [
      {
        kind: 'line',
        file: 'a',
        line: 1,
        fate: 'taken',
        records: [play(unknown, '1'), of(FILM, { kind: 'favorite', when: unknown })],
      },
      { kind: 'line', file: 'a', line: 2, fate: 'ignored', reason: 'nothing_said' },
      { kind: 'line', file: 'a', line: 3, fate: 'unreadable', reason: 'invalid_date' },
      { kind: 'file', file: 'a', fate: 'read' },
    ],
    trakt,
  );
  expect([plan.lines.length, plan.skipped.length, plan.files.length]).toEqual([1, 2, 1]);
});
