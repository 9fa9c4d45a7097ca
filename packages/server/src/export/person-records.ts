import {
  claimOf,
  episodeOfContent,
  idsOfContent,
  isDay,
  joinPlays,
  registerId,
  type ContentFacts,
  type JsonValue,
  type Play,
  type SeriesName,
  type Work,
  type WorkIds,
  type WorkType,
} from '@cuepoint/core';
import type { ImportRecord, Statement, When } from '@cuepoint/files';
import type { SyncRepository } from '@cuepoint/store';
import { readStoredPerson, type StoredPerson } from '../imports/stored-person.ts';

/** Contents whose facts are read at once. */
const CONTENTS_AT_ONCE = 500;

/** Everything that a person did and said, as records that other programs have a form for. [EXP1] */
export async function readPersonRecords(
  repository: Pick<SyncRepository, 'exportUser' | 'readContents'>,
  userId: string,
): Promise<readonly ImportRecord[]> {
  const person = await readStoredPerson(repository, userId);
  const said = statementsOf(person);
  const factsOf = await readFacts(repository, userId, [...said.keys()]);
  return [...said].flatMap(([contentId, statements]) => {
    const work = workOf(contentId, factsOf);
    return statements.map((says): ImportRecord => ({ work, says }));
  });
}

type FactsOf = (contentId: string) => ContentFacts | undefined;

async function readFacts(
  repository: Pick<SyncRepository, 'readContents'>,
  userId: string,
  contentIds: readonly string[],
): Promise<FactsOf> {
  const known = new Map<string, ContentFacts>();
  const learn = async (ids: readonly string[]) => {
    for (let start = 0; start < ids.length; start += CONTENTS_AT_ONCE) {
      const some = ids.slice(start, start + CONTENTS_AT_ONCE);
      const { describe } = await repository.readContents(userId, some);
      for (const id of some) {
        const facts = describe.facts(describe.canonical(id)) as ContentFacts | undefined;
        if (facts !== undefined) known.set(id, facts);
      }
    }
  };
  await learn(contentIds);
  const series = contentIds.flatMap((id) => seriesIdOf(id, known.get(id)) ?? []);
  await learn([...new Set(series)].filter((id) => !known.has(id)));
  return (contentId) => known.get(contentId);
}

function seriesIdOf(contentId: string, facts: ContentFacts | undefined): string | undefined {
  return facts?.seriesId ?? episodeOfContent(contentId)?.seriesId;
}

/** What is known of a content, as others call it: by its facts, and by the ids that its name is made of. */
function workOf(contentId: string, factsOf: FactsOf): Work {
  const facts = factsOf(contentId);
  const inSeries = episodeOfContent(contentId);
  const seriesId = seriesIdOf(contentId, facts);
  const type = typeOf(contentId, facts, seriesId);
  const { season = inSeries?.season, episode = inSeries?.episode } = facts ?? {};
  const { title, year } = facts ?? {};
  return {
    ...(type === undefined ? {} : { type }),
    ids: idsOf(contentId, facts),
    ...(title === undefined ? {} : { title }),
    ...(year === undefined ? {} : { year }),
    ...(seriesId === undefined ? {} : { series: seriesNameOf(seriesId, factsOf(seriesId)) }),
    ...(season === undefined ? {} : { season }),
    ...(episode === undefined ? {} : { episode }),
  };
}

function typeOf(
  contentId: string,
  facts: ContentFacts | undefined,
  seriesId: string | undefined,
): WorkType | undefined {
  const type = facts?.type;
  if (type === 'movie' || type === 'series' || type === 'episode') return type;
  if (type !== undefined) return undefined;
  if (seriesId !== undefined || /^\w+:episode:/.test(contentId)) return 'episode';
  if (/^\w+:movie:/.test(contentId)) return 'movie';
  return /^(?:tmdb:tv|tvdb:series|trakt:show):/.test(contentId) ? 'series' : undefined;
}

function idsOf(contentId: string, facts: ContentFacts | undefined): WorkIds {
  return { ...facts?.ids, ...idsOfContent(contentId) };
}

function seriesNameOf(seriesId: string, facts: ContentFacts | undefined): SeriesName {
  return {
    ids: idsOf(seriesId, facts),
    ...(facts?.title === undefined ? {} : { title: facts.title }),
    ...(facts?.year === undefined ? {} : { year: facts.year }),
  };
}

/** By content, each viewing once. */
function statementsOf({ plays, tags, registers, positions }: StoredPerson) {
  const said = new Map<string, Statement[]>();
  const say = (contentId: string, statement: Statement) => {
    const of = said.get(contentId) ?? [];
    said.set(contentId, of);
    of.push(statement);
  };
  const playsByContent = new Map<string, Play[]>();
  for (const { tag, contentId, watchedAt, source, removed } of plays.values()) {
    if (removed !== null) continue;
    const of = playsByContent.get(contentId) ?? [];
    playsByContent.set(contentId, of);
    of.push({ playId: tag, contentId, watchedAt, source });
  }
  for (const [contentId, of] of playsByContent) {
    for (const { watchedAt } of joinPlays(of)) {
      say(contentId, { kind: 'play', when: whenOf(watchedAt) });
    }
  }
  for (const { register, key, value, stamp } of registers.values()) {
    if (value === null) continue;
    const statement = statementOf(register, value, instantOf(claimOf(stamp).physical));
    const isTold = statement?.kind === 'watched' && playsByContent.has(key);
    if (statement !== undefined && !isTold) say(key, statement);
  }
  const listed = new Set<string>();
  for (const { contentId, added, removed } of tags.values()) {
    if (removed !== null || added === null || listed.has(contentId)) continue;
    listed.add(contentId);
    say(contentId, { kind: 'watchlist', when: instantOf(added.timestamp.physical) });
  }
  for (const { contentId, position, stamp } of positions.values()) {
    const isWatched = registers.get(registerId('watched', contentId))?.value != null;
    if (position === null || isWatched || position.durationSeconds === 0) continue;
    const percent = (100 * position.positionSeconds) / position.durationSeconds;
    if (percent <= 0 || percent >= 100) continue;
    say(contentId, { kind: 'progress', percent, when: instantOf(claimOf(stamp).physical) });
  }
  return said;
}

function statementOf(register: string, value: JsonValue, when: When): Statement | undefined {
  switch (register) {
    case 'watched': {
      const { at } = value as { readonly at: string | null };
      return { kind: 'watched', when: whenOf(at ?? undefined) };
    }
    case 'rating':
      return { kind: 'rating', value: value as number, outOf: 10, when };
    case 'favorite':
    case 'dismissed':
      return { kind: register, when };
    default:
      return undefined;
  }
}

function whenOf(date: string | undefined): When {
  if (date === undefined) return { precision: 'unknown' };
  return isDay(date) ? { precision: 'day', day: date } : { precision: 'instant', at: date };
}

/** A claim of no time is of a file that told none. */
function instantOf(atMs: number): When {
  if (atMs < 1_000) return { precision: 'unknown' };
  const at = new Date(Math.floor(atMs)).toISOString().replace('.000Z', 'Z');
  return { precision: 'instant', at };
}
