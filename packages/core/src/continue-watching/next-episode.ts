import { groupOf } from './group-of.ts';
import type { Description, ListedFacts } from './viewer.ts';
import type { WatchStatus } from './watch-status.ts';

export interface Next {
  readonly contentId: string;
  readonly facts: ListedFacts;
  readonly isReleased: boolean;
  /** In ms since the epoch; -Infinity where it is unknown. */
  readonly releasedAtMs: number;
  /** When another episode takes its place, or it is released itself; Infinity for never. */
  readonly changesAtMs: number;
}

/**
 * The first unwatched, released, regular episode after another one. Where there is none, the one that is released first.
 * [CW5]
 *
 * @param seriesId as `canonical` gives it.
 * @param after undefined for the first of all.
 */
export function findNext(
  seriesId: string,
  after: ListedFacts | undefined,
  contents: ReadonlyMap<string, WatchStatus>,
  describe: Description,
  nowMs: number,
): Next | undefined {
  let first: Episode | undefined;
  const waiting: Episode[] = [];
  for (const name of describe.episodesOf(seriesId)) {
    const contentId = describe.canonical(name);
    const facts = describe.facts(contentId);
    if (facts === undefined || !isRegular(facts)) continue;
    if (groupOf(contentId, describe) !== seriesId) continue;
    if (after !== undefined && compareNumbers(facts, after) <= 0) continue;
    if (contents.get(contentId)?.status === 'watched') continue;
    const episode = { contentId, facts, releasedAtMs: releaseOf(facts) };
    if (episode.releasedAtMs > nowMs) waiting.push(episode);
    else if (first === undefined || compareEpisodes(episode, first) < 0) first = episode;
  }
  let soonest: Episode | undefined;
  for (const episode of waiting) {
    if (first !== undefined && compareEpisodes(episode, first) > 0) continue;
    const order =
      soonest === undefined
        ? -1
        : episode.releasedAtMs - soonest.releasedAtMs || compareEpisodes(episode, soonest);
    if (order < 0) soonest = episode;
  }
  const found = first ?? soonest;
  return (
    found && {
      ...found,
      isReleased: first !== undefined,
      changesAtMs: soonest === undefined ? Infinity : soonest.releasedAtMs,
    }
  );
}

/** Neither a special nor something beside the episodes. */
export function isRegular(facts: ListedFacts | undefined): boolean {
  return facts?.type === 'episode' && facts.season !== 0 && facts.episode !== undefined;
}

/** In the order of a series; one without seasons has one. */
export function compareNumbers(a: ListedFacts, b: ListedFacts): number {
  const { season = 1, episode = 0 } = a;
  const { season: seasonOfB = 1, episode: episodeOfB = 0 } = b;
  return season - seasonOfB || episode - episodeOfB;
}

interface Episode {
  readonly contentId: string;
  readonly facts: ListedFacts;
  readonly releasedAtMs: number;
}

function compareEpisodes(a: Episode, b: Episode): number {
  return compareNumbers(a.facts, b.facts) || (a.contentId < b.contentId ? -1 : 1);
}

/** What has no date, or none that can be read, is out. */
function releaseOf({ releasedAt }: ListedFacts): number {
  const ms = releasedAt === undefined ? Number.NaN : Date.parse(releasedAt);
  return Number.isNaN(ms) ? -Infinity : ms;
}
