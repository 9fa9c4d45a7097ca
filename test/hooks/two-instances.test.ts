import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createMemoryBus, createMemoryFeed } from '../../packages/server/src/feed/memory-feed.ts';
import { createTestApi, type TestApi } from '../../packages/server/src/testing/test-api.ts';
import { plexBody, SESSIONS } from '../../packages/hooks/src/testing/sessions.ts';
import { createHook, fillHookCatalogue, stateOf } from './hook-person.ts';

/** Orders and instances that are drawn for each session. */
const DRAWS = 6;

describe('hooks on two instances of one PostgreSQL', () => {
  let here: TestApi;
  let there: TestApi;
  beforeAll(async () => {
    const bus = createMemoryBus();
    const databaseUrl = inject('postgresUrl');
    const env = { CUEPOINT_RATE_LIMIT: '0' };
    here = await createTestApi({ databaseUrl, env, feed: createMemoryFeed({ bus }) });
    const { schema } = here.database;
    there = await createTestApi({ databaseUrl, env, schema, feed: createMemoryFeed({ bus }) });
    await fillHookCatalogue(here);
  });
  afterAll(async () => {
    await there.close();
    await here.close();
  });

  it.each(SESSIONS)(
    '[HOK3] $name is one play and one place, whichever instance hears of what',
    async ({ source, bodies, positionSeconds }) => {
      const all = bodies.map((_body, index) => index);
      const heard = fc.tuple(
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.array(fc.boolean(), { minLength: all.length, maxLength: all.length }),
      );
      const drawn = fc.sample(heard, { numRuns: DRAWS, seed: 48 });
      const inTurn = all.map((index) => index % 2 === 0);
      for (const [order, isHere] of [[all, inTurn] as const, ...drawn]) {
        const { user, send } = await createHook(here, source);
        for (const [turn, index] of order.entries()) {
          const { status } = await send(bodies[index], isHere[turn] ? here : there);
          expect(status).toBe(204);
        }
        expect({ order, isHere, ...(await stateOf(user)) }).toEqual({
          order,
          isHere,
          positions: [['tmdb:episode:7000104', positionSeconds]],
          viewings: 1,
          plays: 1,
        });
      }
    },
  );

  it.each(SESSIONS)(
    '[HOK3] all that $name tells arrives at both at one moment, and is one play',
    async ({ source, bodies }) => {
      const { user, send } = await createHook(here, source);
      await Promise.all(bodies.flatMap((body) => [send(body, here), send(body, there)]));
      expect(await stateOf(user)).toMatchObject({ viewings: 1, plays: 1 });
    },
  );

  it('[HOK1] twenty hooks are all that two instances give, and one that is revoked at one ends at the other', async () => {
    const { token } = await here.createUser();
    const body = { source: 'plex', acceptedUsers: [{ name: 'someone' }] };
    const make = (at: TestApi) => at.call('POST', '/hooks', { token, body });
    const turns = Array.from({ length: 30 }, (_, turn) => (turn % 2 === 0 ? here : there));
    const made = (await Promise.all(turns.map(make))).filter(({ status }) => status === 201);
    expect(made).toHaveLength(20);
    const [{ id, secret }] = made.map((answer) => answer.body);
    const send = (at: TestApi) =>
      at.call('POST', `//hooks/plex/${secret}`, { body: plexBody('media.pause', 60) });
    expect(await Promise.all([here, there].map(async (at) => (await send(at)).status))).toEqual([
      204, 204,
    ]);
    expect((await there.call('DELETE', `/hooks/${id}`, { token })).status).toBe(204);
    expect((await send(here)).status).toBe(404);
  });
});
