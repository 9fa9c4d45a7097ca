import * as fc from 'fast-check';
import type { AliasLink } from '../continue-watching/aliases.ts';
import type { ListedFacts } from '../continue-watching/viewer.ts';
import {
  atOnce,
  dismiss,
  endRewatch,
  forget,
  mark,
  play,
  restore,
  rewatch,
  runOn,
  runOut,
  unmark,
  until,
  type Happening,
} from './viewing.ts';
import { CASE_CONTENTS } from './watching-cases.ts';

/** Some that nobody describes. */
const OTHER_IDS = ['mystery', 'riddle'];
export const WATCHED_IDS: readonly string[] = [...Object.keys(CASE_CONTENTS), ...OTHER_IDS];

/** Anything that a viewer's devices do, on one content or series. */
export function arbitraryHappening(): fc.Arbitrary<Happening> {
  const id = fc.constantFrom(...WATCHED_IDS);
  const where = fc.record({
    on: fc.constantFrom('phone', 'TV'),
    of: fc.constantFrom(0, 0, 2_700, 5_400, 7_200),
  });
  const seconds = fc.constantFrom(0, 10, 119, 120, 900, 2_600, 5_000, 5_200);
  return fc.oneof(
    fc.tuple(id, seconds, where).map((drawn) => play(...drawn)),
    arbitraryTick(),
    ...[forget, mark, unmark, dismiss, restore, rewatch, endRewatch].map((say) => id.map(say)),
    fc.constantFrom('2027-01-31T23:59:59.999Z', '2027-02-01', '2027-02-08T19:15:00Z').map(until),
    fc.constant(atOnce()),
  );
}

/** What a screen does by itself. */
export function arbitraryTick(): fc.Arbitrary<Happening> {
  const drawn = fc.tuple(
    fc.constantFrom(...WATCHED_IDS),
    fc.constantFrom(10, 120, 900, 2_600, 5_200),
    fc.record({ on: fc.constantFrom('phone', 'TV') }),
  );
  return fc.oneof(
    drawn.map((one) => runOn(...one)),
    drawn.map((one) => runOut(...one)),
  );
}

export function arbitraryHappenings(): fc.Arbitrary<Happening[]> {
  return fc.array(arbitraryHappening(), { maxLength: 24, size: 'max' });
}

/** A catalogue that says something else of some contents, as one does that learns. */
export function arbitraryContents(): fc.Arbitrary<Record<string, ListedFacts>> {
  const facts = fc.record(
    {
      type: fc.constantFrom('episode', 'episode', 'series', 'movie', 'live'),
      seriesId: fc.constantFrom('ferry', 'mill', 'orchard', 'f11'),
      season: fc.constantFrom(0, 1, 2),
      episode: fc.constantFrom(1, 2, 3, 4),
      durationSeconds: fc.constantFrom(1_800, 5_400),
      releasedAt: fc.constantFrom('2025-01-01', '2026-03-01T20:30:00Z', '2027-02-01', 'soon'),
    },
    { requiredKeys: ['type'] },
  );
  const changes = fc.dictionary(fc.constantFrom(...WATCHED_IDS, 'f14', 'f23'), facts, {
    maxKeys: 4,
  });
  return changes.map((changed) => Object.assign({}, CASE_CONTENTS, changed));
}

export function arbitraryLinks(): fc.Arbitrary<AliasLink[]> {
  const id = fc.constantFrom(...WATCHED_IDS);
  return fc.array(fc.record({ alias: id, contentId: id }), { maxLength: 4 });
}
