import {
  CONTINUE_WATCHING_POLICY,
  continueWatching,
  type Card,
  type ListedFacts,
  type ListedKind,
} from '@cuepoint/core';
import type { ContinueWatchingOptions } from '@cuepoint/client/continue-watching';
import { FILMS } from './action.ts';
import type { Tables } from './store/tables.ts';

export const FILM_SECONDS = 7_200;
const SERIES = 'series';

/** The first is a film, the others are the episodes of a series. */
export const DESCRIPTION = {
  facts(contentId: string): ListedFacts | undefined {
    if (contentId === SERIES) return { type: 'series' };
    const film = Number(contentId.slice('film-'.length));
    const durationSeconds = FILM_SECONDS;
    return film === 0
      ? { type: 'movie', durationSeconds }
      : { type: 'episode', seriesId: SERIES, season: 1, episode: film, durationSeconds };
  },
  episodesOf: (seriesId: string): string[] =>
    seriesId === SERIES ? Array.from({ length: FILMS - 1 }, (_, index) => `film-${index + 1}`) : [],
} satisfies ContinueWatchingOptions;

/** What a user goes on with by what is stored of them. */
export function modelList({ registers }: Tables, userId: string): Card[] {
  const stored = (register: string) => registers.get(`${userId} ${register}`)?.op;
  const names = new Set<string>();
  for (const { userId: owner, op } of registers.values()) {
    if (owner === userId) names.add(op.kind === 'register.set' ? op.key : op.contentId);
  }
  const state = {
    contentIds: () => names,
    progress(contentId: string) {
      const op = stored(contentId);
      if (op === undefined || op.kind === 'register.set') return undefined;
      return { value: op.kind === 'progress.set' ? op : null, stamp: op };
    },
    register(kind: ListedKind, key: string) {
      const op = stored(`${kind}\n${key}`);
      return op?.kind === 'register.set' ? { value: op.value, stamp: op } : undefined;
    },
  };
  const describe = { ...DESCRIPTION, canonical: (id: string) => id };
  return continueWatching({ state, describe, policy: CONTINUE_WATCHING_POLICY }, 0);
}

export function cardsText(cards: readonly Card[]): string {
  return JSON.stringify(cards);
}
