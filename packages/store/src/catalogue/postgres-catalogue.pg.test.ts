import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContentFacts } from '@cuepoint/core';
import { TEST_DATABASES, type TestDatabase } from '../testing/databases.ts';
import { costOf } from '../testing/read-cost.ts';
import type { Catalogue, CatalogueEntry } from './catalogue.ts';
import { createPostgresCatalogue } from './postgres-catalogue.ts';

const CALLER = 'caller';
const FILM: ContentFacts = { type: 'movie', title: 'Slow water', durationSeconds: 5_400 };

describe.each(TEST_DATABASES)('the catalogue on $name', ({ open }) => {
  let opened: TestDatabase;
  let catalogue: Catalogue;
  beforeAll(async () => {
    opened = await open();
    catalogue = createPostgresCatalogue(opened.database, { now: () => 1_000 });
  });
  afterAll(() => opened.destroy());

  const put = (...entries: CatalogueEntry[]) => catalogue.put(CALLER, entries);
  const read = async (contentId: string) => (await catalogue.read(CALLER, [contentId]))[0];

  test('what is put is read, and put again it changes nothing', async () => {
    const entry = { contentId: 'put', facts: FILM, aliases: ['imdb:tt1', 'tmdb:movie:1'] };
    expect(await put(entry)).toEqual({ changed: 1, refusals: [] });
    expect(await put(entry)).toEqual({ changed: 0, refusals: [] });
    const known = { contentId: 'put', facts: FILM, aliases: ['imdb:tt1', 'tmdb:movie:1'] };
    expect(await read('put')).toEqual(known);
    expect(await read('imdb:tt1')).toEqual(known);
    expect(await read('nobody')).toBeUndefined();
    const renamed = { ...FILM, title: 'Slower water' };
    expect(await put({ contentId: 'put', facts: renamed })).toEqual({ changed: 1, refusals: [] });
    expect(await read('tmdb:movie:1')).toEqual({ ...known, facts: renamed });
  });

  test('[OPS3] many are read at once, each content once whatever it is called, and what nobody knows is left out', async () => {
    const entries = Array.from({ length: 60 }, (_, index) => ({
      contentId: `many-${index}`,
      facts: FILM,
      aliases: [`many:${index}:a`, `many:${index}:b`],
    }));
    await put(...entries);
    // Known by its other name alone.
    await put({ contentId: 'many:0:b', facts: { ...FILM, title: 'By another name' } });
    await catalogue.remove(CALLER, 'many-0');
    await put({ contentId: 'many-0', facts: FILM, aliases: ['many:0:a'] });
    const asked = entries
      .slice(0, 40)
      .flatMap(({ contentId }, index) => [`many:${index}:b`, contentId, `nobody-${index}`]);
    const told = await catalogue.read(CALLER, asked);
    expect(told.map(({ contentId }) => contentId)).toEqual([
      'many:0:b',
      ...entries.slice(0, 40).map(({ contentId }) => contentId),
    ]);
    expect(told[1]).toEqual({ contentId: 'many-0', facts: FILM, aliases: ['many:0:a'] });
    expect(await catalogue.read(CALLER, [])).toEqual([]);
    const cost = await costOf(opened.database, (database) =>
      createPostgresCatalogue(database, { now: () => 0 }).read(CALLER, asked.slice(0, 30)),
    );
    // Three names a content: an alias is read to find them, and the content by each of them.
    expect(cost.most).toBeLessThanOrEqual(2 * 3 * 11);
  });

  test('a late alias joins two contents, and taken back it parts them as they were', async () => {
    const other = { ...FILM, title: 'Under its other name' };
    await put({ contentId: 'late:imdb', facts: other, aliases: ['late:tvdb'] });
    await put({ contentId: 'late:tmdb', facts: FILM });
    await put({ contentId: 'late:tmdb', facts: FILM, aliases: ['late:imdb'] });
    const joined = {
      contentId: 'late:tmdb',
      facts: FILM,
      aliases: ['late:imdb', 'late:tvdb'],
    };
    for (const name of ['late:tmdb', 'late:imdb', 'late:tvdb']) {
      expect(await read(name)).toEqual(joined);
    }
    expect(await put({ contentId: 'late:tmdb', facts: FILM, aliases: [] })).toMatchObject({
      changed: 1,
    });
    expect(await read('late:tmdb')).toEqual({ contentId: 'late:tmdb', facts: FILM, aliases: [] });
    expect(await read('late:tvdb')).toEqual({
      contentId: 'late:imdb',
      facts: other,
      aliases: ['late:tvdb'],
    });
  });

  test('one bad entry among a thousand stores nothing of itself and harms no other', async () => {
    const entries = Array.from({ length: 1_000 }, (_, index) => ({
      contentId: `bulk-${index}`,
      facts: FILM,
      aliases: [`bulk-alias-${index}`],
    }));
    entries[500] = { contentId: 'bulk-500', facts: FILM, aliases: ['bulk-new', 'bulk-alias-499'] };
    expect(await put(...entries)).toEqual({
      changed: 999,
      refusals: [{ index: 500, code: 'alias_taken', field: 'aliases' }],
    });
    expect(await read('bulk-500')).toBeUndefined();
    expect(await read('bulk-new')).toBeUndefined();
    expect(await read('bulk-alias-999')).toMatchObject({ contentId: 'bulk-999' });
  });

  test('two contents that are aliases of each other: the second is refused', async () => {
    const [a, b] = ['mutual-a', 'mutual-b'];
    expect(
      await put(
        { contentId: a, facts: FILM, aliases: [b] },
        { contentId: b, facts: FILM, aliases: [a] },
      ),
    ).toEqual({ changed: 1, refusals: [{ index: 1, code: 'alias_cycle', field: 'aliases' }] });
    // Also where both are said at the same moment.
    const [c, d] = ['mutual-c', 'mutual-d'];
    const outcomes = await Promise.all([
      put({ contentId: c, facts: FILM, aliases: [d] }),
      put({ contentId: d, facts: FILM, aliases: [c] }),
    ]);
    expect(outcomes.flatMap(({ refusals }) => refusals)).toEqual([
      { index: 0, code: 'alias_cycle', field: 'aliases' },
    ]);
  });

  test('a series that contains itself by another name is refused', async () => {
    await put({ contentId: 'self', facts: { type: 'series' }, aliases: ['self-alias'] });
    const inside: ContentFacts = { type: 'episode', seriesId: 'self-alias' };
    expect(await put({ contentId: 'self', facts: inside })).toEqual({
      changed: 0,
      refusals: [{ index: 0, code: 'invalid_content', field: 'seriesId' }],
    });
    expect(await read('self')).toMatchObject({ facts: { type: 'series' } });
  });

  test('an alias moves within one call, where what takes it back stands first', async () => {
    await put({ contentId: 'move-1', facts: FILM, aliases: ['move-alias'] });
    await put(
      { contentId: 'move-1', facts: FILM, aliases: [] },
      { contentId: 'move-2', facts: FILM, aliases: ['move-alias'] },
    );
    expect(await read('move-alias')).toMatchObject({ contentId: 'move-2' });
    const refused = await put(
      {
        contentId: 'move-2',
        facts: { type: 'episode', seriesId: 'move-2b' },
        aliases: ['move-2b'],
      },
      { contentId: 'move-3', facts: FILM, aliases: ['move-alias'] },
    );
    expect(refused.refusals.map(({ index, code }) => [index, code])).toEqual([
      [0, 'invalid_content'],
      [1, 'alias_taken'],
    ]);
    expect(await read('move-alias')).toMatchObject({ contentId: 'move-2' });
  });

  test('[OPS3] episodes come in their order by any name of the series, and a page costs the page', async () => {
    const episodes = Array.from({ length: 400 }, (_, index) => ({
      contentId: `episode-${index}`,
      facts: {
        type: 'episode' as const,
        seriesId: index % 2 === 0 ? 'soap' : 'tvdb:soap',
        season: 1 + Math.floor(index / 100),
        episode: 1 + (index % 100),
      },
    }));
    await put(
      ...episodes.toReversed(),
      { contentId: 'special', facts: { type: 'episode', seriesId: 'soap', season: 0, episode: 1 } },
      { contentId: 'bonus', facts: { type: 'video', seriesId: 'soap' } },
      { contentId: 'soap', facts: { type: 'series' }, aliases: ['tvdb:soap'] },
    );
    const expected = ['special', ...episodes.map(({ contentId }) => contentId), 'bonus'];
    const found: string[] = [];
    let after: string | undefined;
    do {
      const options = { limit: 150, ...(after === undefined ? {} : { after }) };
      const page = await catalogue.listEpisodes(CALLER, 'tvdb:soap', options);
      found.push(...page.items.map(({ contentId }) => contentId));
      after = page.nextCursor;
    } while (after !== undefined);
    expect(found).toEqual(expected);

    const cost = await costOf(opened.database, (database) =>
      createPostgresCatalogue(database, { now: () => 0 }).listEpisodes(CALLER, 'soap', {
        limit: 20,
      }),
    );
    expect(cost.most).toBeLessThanOrEqual(2 * 21);
    for (const text of ['', 'x', Buffer.from('1 2').toString('base64url')]) {
      await expect(
        catalogue.listEpisodes(CALLER, 'soap', { limit: 1, after: text }),
      ).rejects.toMatchObject({ code: 'invalid_cursor' });
    }
  });

  test('a content that is removed takes its own aliases with it, and no other content', async () => {
    await put(
      { contentId: 'gone-1', facts: FILM, aliases: ['gone-alias'] },
      { contentId: 'gone-2', facts: FILM, aliases: ['gone-1'] },
    );
    expect(await catalogue.remove(CALLER, 'gone-1')).toBe(true);
    expect(await catalogue.remove(CALLER, 'gone-1')).toBe(false);
    expect(await read('gone-1')).toBeUndefined();
    expect(await read('gone-alias')).toBeUndefined();
    expect(await read('gone-2')).toMatchObject({ aliases: [] });
  });

  test('a cycle that somebody wrote by hand ends a read all the same', async () => {
    await put({ contentId: 'hand-1', facts: FILM });
    await opened.sql(
      `insert into cuepoint.catalogue_aliases (alias, content_id)
       values ('hand-1', 'hand-2'), ('hand-2', 'hand-1')`,
    );
    expect(await read('hand-1')).toMatchObject({ facts: FILM });
    expect(await read('hand-2')).toMatchObject({ facts: FILM });
  });
});
