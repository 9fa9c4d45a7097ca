import { randomUUID } from 'node:crypto';
import { placeWork, WorkIndex, type ContentFacts, type Match, type Work } from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresCatalogue } from '../catalogue/postgres-catalogue.ts';
import { PostgresSyncRepository } from '../postgres-sync-repository.ts';
import { TEST_DATABASES, type TestDatabase } from '../testing/databases.ts';
import { costOf } from '../testing/read-cost.ts';

const FILMS = 3_000;

describe.each(TEST_DATABASES)('works on $name', ({ open, catchUp }) => {
  const userId = randomUUID();
  const other = randomUUID();
  let opened: TestDatabase;
  let repository: PostgresSyncRepository;
  const [changed, mark] =
    catchUp === 'counter' ? ['changed_version', '1'] : ['changed_xid', "'3'::xid8"];

  beforeAll(async () => {
    opened = await open();
    repository = new PostgresSyncRepository(opened.database);
    const catalogue = createPostgresCatalogue(opened.database, { now: () => 0 });
    await catalogue.put('service', [
      { contentId: 'heat', facts: { type: 'movie', title: 'Hëat, the Film', year: 1995 } },
      { contentId: 'soap', facts: { type: 'series', title: 'Soap' }, aliases: ['tmdb:tv:9'] },
      { contentId: 'soap-4', facts: { type: 'episode', seriesId: 'soap', season: 1, episode: 4 } },
      {
        contentId: 'ids',
        facts: { type: 'movie', title: 'Ids', ids: { imdb: 'tt77', tmdb: 77 } },
        aliases: ['tvdb:movie:77'],
      },
      { contentId: 'home-1', facts: { type: 'movie', title: 'Home', year: 2001 } },
      { contentId: 'home-2', facts: { type: 'movie', title: 'Home', year: 2002 } },
      { contentId: 'амели', facts: { type: 'movie', title: '«Амели»' } },
    ]);
    await say(userId, 'tmdb:tv:8', { type: 'series', title: 'My Show', ids: { imdb: 'tt8' } });
    await say(userId, 'tmdb:movie:5', { type: 'movie', title: 'Only mine', ids: { tvdb: 5 } });
    await say(userId, 'mine-4', {
      type: 'episode',
      seriesId: 'tmdb:tv:8',
      season: 1,
      episode: 4,
      ids: { tvdb: 804 },
    });
    await say(userId, 'old-heat', { type: 'movie', title: 'Heat the film', year: 1972 });
    await say(other, 'theirs', { type: 'movie', title: 'Secret', ids: { imdb: 'tt66' } });
    await opened.sql(
      `insert into cuepoint.catalogue_contents (content_id, facts, updated_at)
       select 'film-' || n, jsonb_build_object('type', 'movie', 'title', 'Film ' || n, 'ids', jsonb_build_object('tmdb', 9000 + n)), now()
       from generate_series(1, $1::integer) n`,
      [FILMS],
    );
    await opened.sql(
      `insert into cuepoint.user_registers (
         user_id, kind, key, value, timestamp_physical, timestamp_logical, device_id, ${changed}
       ) select $1, 'content', 'own-' || n,
         jsonb_build_object('type', 'movie', 'title', 'Own ' || n, 'ids', jsonb_build_object('tmdb', 900000 + n)),
         1, 0, 'tv', ${mark}
       from generate_series(1, $2::integer) n`,
      [userId, FILMS],
    );
  });
  afterAll(() => opened.destroy());

  const say = (user: string, key: string, value: ContentFacts) =>
    opened.sql(
      `insert into cuepoint.user_registers (
         user_id, kind, key, value, timestamp_physical, timestamp_logical, device_id, ${changed}
       ) values ($1, 'content', $2, $3::jsonb, 1, 0, 'tv', ${mark})`,
      [user, key, JSON.stringify(value)],
    );

  async function place(...works: Work[]): Promise<Match[]> {
    const { contents, links } = await repository.findWorks(userId, works);
    const index = new WorkIndex(links);
    for (const content of contents) index.add(content);
    const library = index.library();
    return works.map((work) => placeWork(work, library));
  }

  const episode = (series: Work['series'], numbers = { season: 1, episode: 4 }): Work => ({
    type: 'episode',
    ids: {},
    ...(series === undefined ? {} : { series }),
    ...numbers,
  });

  test.each<[string, Work, string | undefined]>([
    [
      'the catalogue by title and year',
      { type: 'movie', ids: {}, title: 'HEAT - The Film', year: 1995 },
      'heat',
    ],
    [
      'the catalogue by a title with its year',
      { type: 'movie', ids: {}, title: 'Heat, the film (1995)' },
      'heat',
    ],
    [
      'the user by title and year',
      { type: 'movie', ids: {}, title: 'Heat, the film', year: 1972 },
      'old-heat',
    ],
    [
      'both by a title without a year',
      { type: 'movie', ids: {}, title: 'Heat, the film' },
      'ambiguous',
    ],
    ['two of the catalogue', { type: 'movie', ids: {}, title: 'home' }, 'ambiguous'],
    ['letters of no Latin alphabet', { type: 'movie', ids: {}, title: 'АМЕЛИ' }, 'амели'],
    ['an alias', { type: 'movie', ids: { tvdb: 77 } }, 'ids'],
    ['an id that the catalogue has as a fact', { type: 'movie', ids: { imdb: 'tt77' } }, 'ids'],
    ['the number of another kind', { type: 'series', ids: { tmdb: 77 } }, 'tmdb:tv:77'],
    ['an id that the user has as a fact', { type: 'movie', ids: { tvdb: 5 } }, 'tmdb:movie:5'],
    ['an id of another user', { type: 'movie', ids: { imdb: 'tt66' } }, 'imdb:tt66'],
    ['a title of another user', { type: 'movie', ids: {}, title: 'Secret' }, undefined],
    ['the series of the catalogue by title', episode({ ids: {}, title: 'SOAP' }), 'soap-4'],
    ['the series of the catalogue by its alias', episode({ ids: { tmdb: 9 } }), 'soap-4'],
    ['the series of the user by title', episode({ ids: {}, title: 'my show' }), 'mine-4'],
    ['the series of the user by another id', episode({ ids: { imdb: 'tt8' } }), 'mine-4'],
    ['the id of an episode', { type: 'episode', ids: { tvdb: 804 } }, 'mine-4'],
    [
      'a new episode of a series that is called by its ids',
      episode({ ids: {}, title: 'My Show' }, { season: 2, episode: 1 }),
      'tmdb:tv:8:s2e1',
    ],
    [
      'a new episode of a series of an app',
      episode({ ids: {}, title: 'Soap' }, { season: 2, episode: 1 }),
      undefined,
    ],
    [
      'numbers past any',
      episode({ ids: {}, title: 'Soap' }, { season: 2 ** 40, episode: 1 }),
      undefined,
    ],
    ['a text of 10,000 letters', { type: 'movie', ids: {}, title: 'ﷺ'.repeat(10_000) }, undefined],
  ])('are found: %s', async (_how, work, expected) => {
    const match = expected === 'ambiguous' ? expected : expected && { contentId: expected };
    expect(await place(work)).toEqual([match]);
  });

  test.each(['no statistics', 'fresh statistics'])(
    '[OPS3] with %s many works at once cost what is found',
    async (statistics) => {
      if (statistics === 'fresh statistics') await opened.sql('analyze');
      const works = Array.from({ length: 25 }, (_, index): Work[] => [
        { type: 'movie', ids: { tmdb: 9_001 + index } },
        { type: 'movie', ids: { tmdb: 900_001 + index } },
        { type: 'movie', ids: {}, title: `Film ${index + 1}` },
        { type: 'movie', ids: {}, title: `Own ${index + 1}` },
        episode({ ids: {}, title: 'Soap' }),
      ]).flat();
      const [first, second, third, fourth, fifth] = await place(...works);
      expect([first, second, third, fourth, fifth]).toEqual(
        ['film-1', 'own-1', 'film-1', 'own-1', 'soap-4'].map((contentId) => ({ contentId })),
      );
      const cost = await costOf(opened.database, (database) =>
        new PostgresSyncRepository(database).findWorks(userId, works),
      );
      expect(cost.statements).toBeLessThanOrEqual(4);
      expect(cost.most).toBeLessThanOrEqual(1_000);
    },
  );

  test.each<[string, string, string[]]>([
    ['a word', 'heat', ['heat', 'old-heat']],
    ['words in another order, the last begun', 'the hea', ['heat', 'old-heat']],
    ['a word that only others have', 'secret', []],
    ['signs alone', '&|!:*', []],
    ['signs within words', "own' & 2999:*", ['own-2999']],
    ['series too', 'soap', ['soap']],
  ])('[OPS3] titles are searched by %s', async (_how, query, expected) => {
    const search = { query, types: ['movie', 'series'] as const, limit: 2 };
    const found = await repository.searchTitles(userId, search);
    expect(found.map(({ contentId }) => contentId).toSorted()).toEqual(expected);
  });

  test('[OPS3] the very title comes first, and a search costs a bound', async () => {
    const search = { query: 'Own 1', types: ['movie'] as const, limit: 3 };
    const [first] = await repository.searchTitles(userId, search);
    expect(first).toMatchObject({ contentId: 'own-1', facts: { title: 'Own 1' } });
    const cost = await costOf(opened.database, (database) =>
      new PostgresSyncRepository(database).searchTitles(userId, { ...search, query: 'film 7' }),
    );
    expect(cost.most).toBeLessThanOrEqual(2 * FILMS + 100);
  });
});
