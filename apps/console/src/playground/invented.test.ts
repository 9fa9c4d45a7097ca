import { expect, it } from 'vitest';
import { episodeAfter, INVENTED } from './invented.ts';

const contents = Object.entries(INVENTED);

it('has films, series with seasons, specials, a live channel, and a season that is not out', () => {
  const ids = (isMeant: (facts: (typeof contents)[number][1]) => boolean) =>
    contents.filter(([, facts]) => isMeant(facts)).map(([id]) => id);
  expect(ids(({ type }) => type === 'movie').length).toBeGreaterThan(2);
  expect(ids(({ type }) => type === 'series').length).toBeGreaterThan(2);
  expect(ids(({ season }) => season === 0)).toEqual(['series:the-long-ferry:s0e1']);
  expect(ids(({ type }) => type === 'live')).toEqual(['live:harbour-radio']);
  const isFarAway = ({ releasedAt = '' }) => releasedAt > '2039';
  expect(ids(isFarAway)).toEqual(['series:the-long-ferry:s3e1', 'series:the-long-ferry:s3e2']);
});

it('every episode is of a series that is there, a week after the one before', () => {
  const types = contents.flatMap(([, { seriesId }]) =>
    seriesId === undefined ? [] : INVENTED[seriesId]?.type,
  );
  expect(new Set(types)).toEqual(new Set(['series']));
  expect(INVENTED['series:night-orchard:s2e3']).toMatchObject({
    title: 'Cider',
    season: 2,
    episode: 3,
    durationSeconds: 3_300,
    creditsStartSeconds: 3_190,
    releasedAt: '2023-03-15',
  });
});

it('goes on from episode to episode, not to one that is not out', () => {
  const [now, later] = [Date.parse('2026-11-30'), Date.parse('2041-01-01')];
  const ferry = (episode: string) => `series:the-long-ferry:${episode}`;
  expect(episodeAfter(ferry('s1e5'), now)).toBe(ferry('s2e1'));
  expect(episodeAfter(ferry('s2e4'), now)).toBeUndefined();
  expect(episodeAfter(ferry('s2e4'), later)).toBe(ferry('s3e1'));
  expect(episodeAfter(ferry('s3e2'), later)).toBeUndefined();
  expect(episodeAfter('film:a-map-of-rain', now)).toBeUndefined();
});
