import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ImportRecord, SeriesName, Statement, When, Work, WorkIds } from '../record.ts';
import type { SourceName } from '../sources/index.ts';
import { readZip, recordsIn } from '../testing/read-all.ts';
import { writeLetterboxdCsv } from './letterboxd-csv.ts';
import { writeTraktJson } from './trakt-json.ts';
import type { Written } from './written.ts';
import { writeYamtrackCsv } from './yamtrack-csv.ts';

const id = fc.integer({ min: 1, max: 2 ** 40 });
const title = fc
  .oneof(
    fc.string({ minLength: 1, unit: 'grapheme' }),
    fc.stringMatching(/^[a-z",;=\r\n\t' ]{1,20}$/),
  )
  .map((text) => text.trim())
  .filter((text) => text !== '');
const number = fc.nat({ max: 3_000 });
const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
/** Without what is undefined. */
const bare = <T>(fields: unknown) => JSON.parse(JSON.stringify(fields)) as T;

const instant = fc
  .oneof(
    fc.integer({ min: 86_400_000, max: 4e12 }),
    fc.nat({ max: 40_000 }).map((days) => (days + 1) * 43_200_000 + 86_400_000),
  )
  .map((ms): When => ({
    precision: 'instant',
    at: new Date(ms).toISOString().replace('.000Z', 'Z'),
  }));
const day = fc.integer({ min: 1, max: 40_000 }).map((days): When => ({
  precision: 'day',
  day: new Date(days * 86_400_000).toISOString().slice(0, 10),
}));
const unknown = fc.constant<When>({ precision: 'unknown' });
const when = fc.oneof(instant, day, unknown);

const ids = fc
  .record({
    imdb: optional(fc.nat({ max: 1e9 }).map((n) => `tt${n}`)),
    tmdb: optional(id),
    tvdb: optional(id),
    trakt: optional(id),
    slug: optional(fc.stringMatching(/^[a-z-]{1,8}$/)),
  })
  .map(bare<WorkIds>);
const named = fc
  .record({ ids, title, year: optional(fc.integer({ min: 1900, max: 2030 })) })
  .map(bare<SeriesName>);

const optionalYear = optional(fc.integer({ min: 1900, max: 2030 }));
/** Arbitraries of the fields of a work, without those that are undefined. */
const works = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc.record(fields).map(bare<Work>);
const said = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc.record(fields).map(bare<Statement>);
const is = <T>(value: T) => fc.constant(value);

const movie = works({ type: is('movie'), ids, title, year: optionalYear });
const series = works({ type: is('series'), ids, title, year: optionalYear });
const season = works({ type: is('season'), ids, series: named, season: number });
const episode = works({
  type: is('episode'),
  ids,
  title: optional(title),
  series: named,
  season: number,
  episode: number,
});

const play = said({ kind: is('play'), when, sourceId: optional(id.map(String)) });
const rating = said({
  kind: is('rating'),
  value: fc.integer({ min: 1, max: 10 }),
  outOf: is(10),
  when,
});
const says = (...kinds: ('favorite' | 'watchlist' | 'dismissed' | 'watched')[]) =>
  said({ kind: fc.constantFrom(...kinds), when });
const progress = said({
  kind: is('progress'),
  percent: fc.nat({ max: 1_000 }).map((n) => n / 10),
  when,
});
const count = said({ kind: is('count'), atLeast: fc.integer({ min: 1, max: 99 }) });

const recordsOf = (...records: fc.Arbitrary<ImportRecord>[]) =>
  fc.array(fc.oneof(...records), { maxLength: 12 });
const about = (work: fc.Arbitrary<Work>, ...statements: fc.Arbitrary<Statement>[]) =>
  fc.record({ work, says: fc.oneof(...statements) });

/** In an order of their own: files are read by kind. */
const sorted = (records: readonly ImportRecord[]) =>
  records.map((record) => stable(record)).toSorted();
const stable = (value: unknown): string =>
  JSON.stringify(value, (_key, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );

async function readBack({ files }: Written, source: SourceName): Promise<ImportRecord[]> {
  const byName = Object.fromEntries(files.map(({ name, text }) => [name, text]));
  return recordsIn(await readZip(byName, { source }));
}

const runs = { numRuns: 150 };

it("[EXP1] what is written in Trakt's form is read back as it was", async () => {
  const records = recordsOf(
    about(fc.oneof(movie, episode), play, progress, count, says('watched')),
    about(
      fc.oneof(movie, series, season, episode),
      rating,
      says('favorite', 'watchlist', 'dismissed'),
    ),
  );
  await fc.assert(
    fc.asyncProperty(records, async (written) => {
      const result = writeTraktJson(written);
      expect(result.left).toEqual([]);
      expect(sorted(await readBack(result, 'trakt'))).toEqual(sorted(written));
    }),
    runs,
  );
});

it('[EXP1] films that are written for Letterboxd are read back with their days', async () => {
  const few = fc.record({ imdb: optional(is('tt1')), tmdb: optional(id) }).map(bare<WorkIds>);
  const film = works({ type: is('movie'), ids: few, title, year: optionalYear });
  const written = recordsOf(
    about(
      film,
      day.map((on): Statement => ({ kind: 'play', when: on })),
      unknown.map((none): Statement => ({ kind: 'watched', when: none })),
      unknown.map((none): Statement => ({ kind: 'watchlist', when: none })),
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      written,
      fc.constantFrom('UTC', 'Asia/Tokyo', 'America/Lima'),
      async (records, zone) => {
        const rated = records
          .filter(({ says: { kind } }) => kind === 'play')
          .slice(0, 1)
          .map(({ work }): ImportRecord => ({
            work,
            says: { kind: 'rating', value: 7, outOf: 10, when: { precision: 'unknown' } },
          }));
        const all = [...records, ...rated];
        const result = writeLetterboxdCsv(all, { zone });
        expect(result.left).toEqual([]);
        expect(sorted(await readBack(result, 'letterboxd'))).toEqual(sorted(all));
      },
    ),
    runs,
  );
});

it('[EXP1] what is written for Yamtrack is read back as it was', async () => {
  const own = is({ tmdb: 70_001 });
  const one = fc.record({ ids: own, title });
  const film = works({ type: is('movie'), ids: own, title });
  const tv = works({ type: is('series'), ids: own, title });
  const part = works({ type: is('season'), ids: is({}), series: one, season: number });
  const single = works({
    type: is('episode'),
    ids: is({}),
    series: one,
    season: number,
    episode: number,
  });
  const anime = works({ ids: is({ mal: 5 }), title });
  const dated = fc.oneof(instant, day).map((at): Statement => ({ kind: 'play', when: at }));
  const undated = (kind: 'play' | 'watched' | 'watchlist' | 'dismissed') =>
    fc.constant<Statement>({ kind, when: { precision: 'unknown' } });
  const score = fc.integer({ min: 1, max: 100 }).map((n): Statement => ({
    kind: 'rating',
    value: n / 10,
    outOf: 10,
    when: { precision: 'unknown' },
  }));
  const written = recordsOf(
    about(
      fc.oneof(film, anime),
      dated,
      undated('watched'),
      undated('watchlist'),
      undated('dismissed'),
      score,
    ),
    about(tv, undated('watchlist'), undated('dismissed'), score),
    about(part, score),
    about(single, dated, undated('play')),
  );
  await fc.assert(
    fc.asyncProperty(written, async (records) => {
      const result = writeYamtrackCsv(records);
      expect(result.left).toEqual([]);
      expect(sorted(await readBack(result, 'yamtrack'))).toEqual(sorted(records));
    }),
    runs,
  );
});

it('[EXP1] what a form has no place for is left, and not lost', () => {
  const work: Work = { type: 'episode', ids: { tvdb: 1 } };
  const records: ImportRecord[] = [
    { work, says: { kind: 'session', when: { precision: 'unknown' }, playedSeconds: 9 } },
    { work, says: { kind: 'count', atLeast: 2 } },
    {
      work: { ids: {}, title: 'Made-up' },
      says: { kind: 'favorite', when: { precision: 'unknown' } },
    },
  ];
  for (const result of [
    writeTraktJson(records),
    writeLetterboxdCsv(records, { zone: 'UTC' }),
    writeYamtrackCsv(records),
  ]) {
    expect(result).toEqual({ files: [], left: records });
  }
  const unseen: ImportRecord = {
    work: { type: 'movie', ids: {}, title: 'A' },
    says: { kind: 'rating', value: 1, outOf: 5, when: { precision: 'unknown' } },
  };
  expect(writeLetterboxdCsv([unseen], { zone: 'UTC' }).left).toEqual([unseen]);
});

it('[EXP1] for Letterboxd an instant is on the day of the person, and a file stays below its size', async () => {
  const played: ImportRecord = {
    work: { type: 'movie', ids: { tmdb: 1 }, title: 'A' },
    says: { kind: 'play', when: { precision: 'instant', at: '2026-03-01T23:30:00Z' } },
  };
  const dayOf = async (zone: string) =>
    (await readBack(writeLetterboxdCsv([played], { zone }), 'letterboxd'))[0]?.says;
  expect(await dayOf('UTC')).toEqual({
    kind: 'play',
    when: { precision: 'day', day: '2026-03-01' },
  });
  expect(await dayOf('Asia/Tokyo')).toEqual({
    kind: 'play',
    when: { precision: 'day', day: '2026-03-02' },
  });
  const many = Array.from({ length: 40_000 }, (_, index): ImportRecord => ({
    ...played,
    work: { ...played.work, title: `Made-up film ${index}` },
  }));
  const { files } = writeLetterboxdCsv(many, { zone: 'UTC' });
  expect(files.map(({ name }) => name)).toEqual(['letterboxd-1.csv', 'letterboxd-2.csv']);
  for (const { text } of files) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_000_000);
});
