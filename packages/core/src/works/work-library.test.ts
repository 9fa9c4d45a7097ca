import { describe, expect, it } from 'vitest';
import type { AliasLink } from '../continue-watching/aliases.ts';
import { placeWork, WorkIndex, type KnownContent } from './work-library.ts';
import type { Work } from './work.ts';

function libraryOf(contents: readonly KnownContent[], links: readonly AliasLink[] = []) {
  const index = new WorkIndex(links);
  for (const content of contents) index.add(content);
  return index.library();
}

const film = (title: string, year?: number): Work => ({
  type: 'movie',
  ids: {},
  title,
  ...(year === undefined ? {} : { year }),
});
const episode = (series: Work['series'], ids: Work['ids'] = {}): Work => ({
  type: 'episode',
  ids,
  season: 1,
  episode: 4,
  ...(series === undefined ? {} : { series }),
});
const FILM: KnownContent = {
  contentId: 'film',
  facts: { type: 'movie', title: 'Made-up, the Film', year: 1999 },
};
const SERIES: KnownContent = {
  contentId: 'tmdb:tv:70001',
  facts: {
    type: 'series',
    title: 'Made-up Show',
    year: 2018,
    ids: { tmdb: 70_001, imdb: 'tt9900001' },
  },
};

describe('a work', () => {
  it.each<[string, Work, string | undefined]>([
    ['without case, marks and signs', film('MÀDE UP — the film!', 1999), 'film'],
    ['with its year in the title', film('Made-up, the Film (1999)'), 'film'],
    ['without a year', film('Made-up, the Film'), 'film'],
    ['of another year', film('Made-up, the Film', 2000), undefined],
    ['of another kind', { ...film('Made-up, the Film', 1999), type: 'series' }, undefined],
    ['of signs alone', film('!!!'), undefined],
  ])('is found by its title %s', (_how, work, contentId) => {
    const library = libraryOf([FILM, { contentId: 'signs', facts: { type: 'movie', title: '?' } }]);
    expect(library.match(work)).toEqual(contentId && { contentId });
  });

  it('whose title two contents have is ambiguous, and one whose year parts them is not', () => {
    const library = libraryOf([FILM, { contentId: 'b', facts: { ...FILM.facts, year: 2005 } }]);
    expect(library.match(film('Made-up, the Film'))).toBe('ambiguous');
    expect(library.match(film('Made-up, the Film', 2005))).toEqual({ contentId: 'b' });
  });

  it('whose two contents are one by an alias is not ambiguous, whatever was said of each', () => {
    const twin = { ...FILM, contentId: 'tmdb:movie:5' };
    const links = [{ alias: 'tmdb:movie:5', contentId: 'film' }];
    for (const contents of [
      [FILM, twin],
      [twin, FILM],
    ]) {
      expect(libraryOf(contents, links).match(film('Made-up, the Film', 1999))).toEqual({
        contentId: 'film',
      });
    }
    expect(libraryOf([], links).match({ type: 'movie', ids: { tmdb: 5 } })).toEqual({
      contentId: 'film',
    });
  });

  it('is found by any of its ids, the ids that its first name has not included', () => {
    const known = { contentId: 'tmdb:movie:5', facts: { ...FILM.facts, ids: { imdb: 'tt5' } } };
    const library = libraryOf([known]);
    for (const ids of [{ tmdb: 5 }, { imdb: 'tt5' }, { tvdb: 1, imdb: 'tt5' }]) {
      expect(library.match({ type: 'movie', ids })).toEqual({ contentId: 'tmdb:movie:5' });
    }
    // Films, shows and episodes are numbered each for themselves.
    expect(library.match({ type: 'series', ids: { tmdb: 5 } })).toBeUndefined();
  });
});

describe('an episode', () => {
  const known: KnownContent = {
    contentId: 'own-id',
    facts: { type: 'episode', seriesId: 'tmdb:tv:70001', season: 1, episode: 4 },
  };

  it.each<[string, Work['series']]>([
    ['the title of its series', { ids: {}, title: 'made up show' }],
    ['the title and year of its series', { ids: {}, title: 'Made-up Show (2018)' }],
    ['an id of its series', { ids: { imdb: 'tt9900001' } }],
    ['the name of its series', { ids: { tmdb: 70_001 } }],
  ])('is found by %s with season and number', (_how, series) => {
    expect(libraryOf([SERIES, known]).match(episode(series))).toEqual({ contentId: 'own-id' });
  });

  it('is found by a series that has another name since', () => {
    const links = [{ alias: 'tmdb:tv:70001', contentId: 'soap' }];
    const series = { ids: {}, title: 'Made-up Show' };
    expect(libraryOf([SERIES, known], links).match(episode(series))).toEqual({
      contentId: 'own-id',
    });
  });

  it('of one of two series of that title is ambiguous, also where only one has such an episode', () => {
    const other = { contentId: 'other', facts: { ...SERIES.facts, year: 2024, ids: {} } };
    const library = libraryOf([SERIES, known, other]);
    expect(library.match(episode({ ids: {}, title: 'Made-up Show' }))).toBe('ambiguous');
    expect(library.match(episode({ ids: {}, title: 'Made-up Show', year: 2018 }))).toEqual({
      contentId: 'own-id',
    });
  });

  it('that is new is called by its series with season and number, however the series was found', () => {
    const library = libraryOf([SERIES]);
    const byTitle = episode({ ids: {}, title: 'Made-up Show' }, { tvdb: 8_000_104 });
    expect(placeWork(byTitle, library)).toEqual({ contentId: 'tmdb:tv:70001:s1e4' });
    expect(placeWork(episode(undefined, { tvdb: 8_000_104 }), library)).toEqual({
      contentId: 'tvdb:episode:8000104',
    });
  });

  it('that is new in a series of an app has no name of its own', () => {
    const library = libraryOf([{ ...SERIES, contentId: 'soap' }]);
    expect(placeWork(episode({ ids: {}, title: 'Made-up Show' }), library)).toBeUndefined();
  });
});
