import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BOTH_DATABASES } from '../testing/both-databases.ts';
import {
  expectNoFaults,
  openTraktClient,
  openTraktStage,
  type TraktStage,
} from '../testing/trakt-clients.ts';
import { fillTraktCatalogue, FILM, SHOW } from '../testing/trakt-person.ts';

const STAGES = [
  ...BOTH_DATABASES.map((database) => ({ ...database, instances: 1 })),
  ...BOTH_DATABASES.filter(({ name }) => name === 'PostgreSQL').map(({ name, openApi }) => ({
    name: `two instances of one ${name}`,
    openApi,
    instances: 2,
  })),
];

describe.each(STAGES)('the clients of npm as they are, on $name', ({ openApi, instances }) => {
  let stage: TraktStage;
  beforeAll(async () => {
    stage = await openTraktStage(openApi, instances);
    await fillTraktCatalogue(stage.api);
  });
  afterAll(() => stage.close());
  const open = () => openTraktClient(stage);
  const watchFirst = { shows: [{ ...SHOW, seasons: [{ number: 1, episodes: [{ number: 1 }] }] }] };

  test('[TRK1] trakt.tv keeps a watchlist and a history, and reads both in pages', async () => {
    const trakt = await open();
    expect((await trakt.users.settings()).user.ids.slug).toMatch(/./);
    expect((await trakt.users.profile({ username: 'me' })).ids.slug).toMatch(/./);
    expect(await trakt.sync.watchlist.add({ movies: [FILM], shows: [SHOW] })).toMatchObject({
      added: { movies: 1, shows: 1 },
    });
    expect(await trakt.sync.watchlist.remove({ movies: [FILM] })).toMatchObject({
      deleted: { movies: 1 },
    });
    const watchlist = await trakt.sync.watchlist.get({
      type: 'shows',
      page: 1,
      limit: 10,
      pagination: true,
    });
    expect(watchlist.data).toHaveLength(1);
    expect(watchlist.pagination).toMatchObject({ 'item-count': '1', 'page-count': '1' });

    const watchedAt = '2026-01-03T00:00:00.000Z';
    const added = { movies: [{ ...FILM, watched_at: watchedAt }], ...watchFirst };
    expect((await trakt.sync.history.add(added)).added).toEqual({ movies: 1, episodes: 1 });
    expect((await trakt.sync.history.add({ movies: added.movies })).added.movies).toBe(0);
    const history = await trakt.sync.history.get({
      type: 'movies',
      page: 1,
      limit: 1,
      pagination: true,
    });
    expect(history.data).toMatchObject([{ watched_at: watchedAt, movie: { year: 2020 } }]);
    expect(await trakt.sync.watched({ type: 'movies' })).toHaveLength(1);
    expect(await trakt.users.watched({ username: 'me', type: 'shows' })).toHaveLength(1);
    const removed = await trakt.sync.history.remove({ ids: [history.data[0].id] });
    expect(removed.deleted).toEqual({ movies: 1, episodes: 0 });
    expect(await trakt.sync.ratings.add({ movies: [{ ...FILM, rating: 9 }] })).toMatchObject({
      added: { movies: 1 },
    });
    expect(await trakt.sync.ratings.get({ type: 'movies' })).toMatchObject([{ rating: 9 }]);
    expect(await trakt.sync.collection.get({ type: 'movies' })).toEqual([]);
    expectNoFaults(stage);
  });

  test('[TRK1] trakt.tv-ondeck tells what is next, without what is hidden', async () => {
    const trakt = await open();
    await trakt.sync.history.add(watchFirst);
    await trakt.sync.watchlist.add({ shows: [{ ids: { tmdb: 70_002 } }] });
    const deck = await trakt.ondeck.getAll();
    expect(deck.last_watched).toMatch(/Z$/);
    expect(
      deck.shows.map(({ show, next_episode: next, unseen }: Record<string, { title: string }>) => [
        show?.title,
        next?.title,
        unseen,
      ]),
    ).toEqual([
      ['Made-up Show', 'Part 1.2', 2],
      ['Other Show', 'Part 1.1', 2],
    ]);
    const { slug } = deck.shows[0].show.ids;
    await trakt.sync.history.add({
      shows: [{ ...SHOW, seasons: [{ number: 1, episodes: [{ number: 2 }] }] }],
    });
    const updated = await trakt.ondeck.updateOne(deck, slug);
    const first = updated.shows.find(
      ({ show }: { show: { title: string } }) => show.title === 'Made-up Show',
    );
    expect(first.next_episode).toMatchObject({ season: 1, number: 3 });
    await trakt.users.hidden.add({ section: 'progress_watched', shows: [SHOW] });
    const hidden = await trakt.ondeck.getAll();
    expect(hidden.shows.map(({ show }: { show: { title: string } }) => show.title)).toEqual([
      'Other Show',
    ]);
    await trakt.users.hidden.remove({ section: 'progress_watched', shows: [SHOW] });
    expect((await trakt.ondeck.getAll()).shows).toHaveLength(2);
    expectNoFaults(stage);
  });

  test('[TRK1] trakt.tv-matcher finds files by their names', async () => {
    const trakt = await open();
    expect(
      await trakt.matcher.match({ filename: 'Made-up.Film.2020.1080p.mkv', path: '/films' }),
    ).toMatchObject({ type: 'movie', movie: { title: 'Made-up Film', year: 2020 } });
    expect(
      await trakt.matcher.match({ filename: 'other.show.s01e02.720p.mkv', path: '/shows' }),
    ).toMatchObject({ type: 'episode', show: { title: 'Other Show' }, episode: { number: 2 } });
    expectNoFaults(stage);
  });
});
