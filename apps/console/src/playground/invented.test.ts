import { expect, it } from 'vitest';
import { INVENTED } from './invented.ts';

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
