import { randomUUID } from 'node:crypto';
import {
  CONTINUE_WATCHING_POLICY,
  explainContinueWatching,
  type ContentFacts,
} from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresCatalogue } from '../catalogue/postgres-catalogue.ts';
import { PostgresSyncRepository } from '../postgres-sync-repository.ts';
import { TEST_DATABASES, type TestDatabase } from '../testing/databases.ts';
import { costOf } from '../testing/read-cost.ts';

/** Of each kind: what a user has whose list is read. */
const CONTENTS = 5_000;
const EPISODES = 10;
const PAGE = 60;

describe.each(TEST_DATABASES)('what a list is made of on $name', ({ open, catchUp }) => {
  const userId = randomUUID();
  let opened: TestDatabase;
  let repository: PostgresSyncRepository;
  beforeAll(async () => {
    opened = await open();
    repository = new PostgresSyncRepository(opened.database);
    await fill();
  });
  afterAll(() => opened.destroy());

  /** Of a row that changed long ago. */
  const [changed, mark] =
    catchUp === 'counter' ? ['changed_version', '1'] : ['changed_xid', "'3'::xid8"];

  /** 500 series of ten episodes, of which the user finished the first five; each has a twin that nobody has seen. */
  async function fill(): Promise<void> {
    await opened.sql(
      `insert into cuepoint.catalogue_contents (content_id, facts, updated_at)
       select
         'episode-' || n,
         jsonb_build_object(
           'type', 'episode', 'seriesId', 'series-' || (n / $2::integer), 'season', 1,
           'episode', n % $2::integer + 1
         ),
         now()
       from generate_series(0, $1::integer - 1) n`,
      [CONTENTS, EPISODES],
    );
    await opened.sql(
      `insert into cuepoint.catalogue_aliases (alias, content_id)
       select 'tvdb:' || n, 'episode-' || n from generate_series(0, $1::integer - 1) n`,
      [CONTENTS],
    );
    await opened.sql(
      `insert into cuepoint.user_progress (
         user_id, content_id, position_seconds, duration_seconds, state,
         timestamp_physical, timestamp_logical, device_id, ${changed}
       )
       select $1, 'episode-' || n, 2690, 2700, 'stopped', 1700000000000 + n::bigint * 60000, 0, 'tv', ${mark}
       from generate_series(0, $2::integer - 1) n where n % $3::integer < $3::integer / 2`,
      [userId, CONTENTS, EPISODES],
    );
    await opened.sql(
      `insert into cuepoint.user_registers (
         user_id, kind, key, value, timestamp_physical, timestamp_logical, device_id, ${changed}
       )
       select $1, 'watched', 'episode-' || n, '{"at": null}', 1700000000000 + n::bigint * 60000, 0, 'tv', ${mark}
       from generate_series(0, $2::integer - 1) n where n % $3::integer < $3::integer / 2`,
      [userId, CONTENTS, EPISODES],
    );
  }

  test('[CW2] what a user did comes the latest first, page by page', async () => {
    const names: string[] = [];
    let after;
    for (;;) {
      const page = await repository.listEngaged(userId, { limit: 700, after });
      names.push(...page.map(({ name }) => name));
      after = page.at(-1);
      if (page.length < 700) break;
    }
    const expected = Array.from({ length: CONTENTS }, (_, n) => CONTENTS - 1 - n)
      .filter((n) => n % EPISODES < EPISODES / 2)
      .map((n) => `episode-${n}`);
    expect([...new Set(names)]).toEqual(expected);
  });

  test.each(['no statistics', 'fresh statistics'])(
    '[OPS3] with %s the groups of a few contents cost those groups',
    async (statistics) => {
      if (statistics === 'fresh statistics') await opened.sql('analyze');
      const engaged = await costOf(opened.database, (database) =>
        new PostgresSyncRepository(database).listEngaged(userId, { limit: PAGE }),
      );
      expect(engaged.most).toBeLessThanOrEqual(3 * (PAGE + 1));
      const viewed = await costOf(opened.database, (database) =>
        new PostgresSyncRepository(database).readViewed(userId, ['episode-1001', 'tvdb:2002']),
      );
      // Two series of ten episodes, each with an alias: names, facts, positions and marks.
      expect(viewed.statements).toBeLessThanOrEqual(8);
      expect(viewed.all).toBeLessThanOrEqual(300);
    },
  );

  test('[CW1] [CW5] all of a group is there, whatever content and name was asked for', async () => {
    const viewed = await repository.readViewed(userId, ['tvdb:1001']);
    const { state, describe: known } = viewed;
    const source = { state, describe: known, policy: CONTINUE_WATCHING_POLICY };
    expect(explainContinueWatching(source, 1_800_000_000_000)).toMatchObject([
      { groupId: 'series-100', contentId: 'episode-1005', reason: 'next_episode' },
    ]);
    expect(viewed.has('episode-1009')).toBe(true);
    expect(viewed.has('episode-1010')).toBe(false);
  });

  test('what a user’s own devices say of a content is seen by nobody else, and comes first', async () => {
    const [own, other] = [randomUUID(), randomUUID()];
    const catalogue = createPostgresCatalogue(opened.database, { now: () => 0 });
    const facts: ContentFacts = { type: 'episode', seriesId: 'show', season: 1, episode: 1 };
    await catalogue.put('service', [
      { contentId: 'show-1', facts: { ...facts, title: 'One' }, aliases: ['imdb:tt1'] },
    ]);
    for (const [userOf, key, value] of [
      [own, 'show-2', { ...facts, episode: 2 }],
      [own, 'imdb:tt1', { type: 'episode', title: 'The first', creditsStartSeconds: 2_500 }],
      [other, 'show-3', { ...facts, episode: 3 }],
    ] as const) {
      await opened.sql(
        `insert into cuepoint.user_registers (
           user_id, kind, key, value, timestamp_physical, timestamp_logical, device_id, ${changed}
         ) values ($1, 'content', $2, $3::jsonb, 1, 0, 'tv', ${mark})`,
        [userOf, key, JSON.stringify(value)],
      );
    }
    const { describe: known } = await repository.readViewed(own, ['show-1']);
    expect([...known.episodesOf('show')].map((name) => known.canonical(name)).toSorted()).toEqual([
      'show-1',
      'show-2',
    ]);
    expect(known.facts('show-1')).toEqual({
      ...facts,
      title: 'The first',
      creditsStartSeconds: 2_500,
    });
  });
});
