import {
  CONTINUE_WATCHING_POLICY,
  continueWatching,
  resolveAliases,
  type Card,
  type ListedFacts,
  type ListedKind,
} from '@cuepoint/core';
import type { ContinueWatchingOptions } from '@cuepoint/client/continue-watching';
import { FILMS } from './action.ts';
import type { Tables } from './store/tables.ts';

export const FILM_SECONDS = 7_200;
const SERIES = 'series';
/** By the clock of every device, one that stands in 1970 or in 2099 too. */
const OUT = '1960-01-01';
const NOT_OUT = '2200-01-01';

/** What everybody knows of the films of a run: the first is a film, the others are the episodes of a series. */
export class Knowledge {
  readonly #unreleased = new Set<number>();
  /** By the film that is another one: which. */
  readonly #others = new Map<number, number>();
  #aliases = resolveAliases([]);

  /** The same object, whatever is learnt. */
  readonly description = {
    canonical: (id: string): string => this.#aliases.canonical(id),
    facts: (contentId: string): ListedFacts | undefined => {
      if (contentId === SERIES) return { type: 'series' };
      const film = Number(contentId.slice('film-'.length));
      const releasedAt = this.#unreleased.has(film) ? NOT_OUT : OUT;
      const known = { durationSeconds: FILM_SECONDS, releasedAt };
      return film === 0
        ? { type: 'movie', ...known }
        : { type: 'episode', seriesId: SERIES, season: 1, episode: film, ...known };
    },
    episodesOf: (seriesId: string): string[] =>
      seriesId === SERIES
        ? Array.from({ length: FILMS - 1 }, (_, index) => `film-${index + 1}`)
        : [],
  } satisfies ContinueWatchingOptions;

  setReleased(film: number, isReleased: boolean): void {
    if (isReleased) this.#unreleased.delete(film);
    else this.#unreleased.add(film);
  }

  join(film: number, other: number): void {
    this.#others.set(film, other);
    this.#resolve();
  }

  part(film: number): void {
    this.#others.delete(film);
    this.#resolve();
  }

  #resolve(): void {
    const links = [...this.#others].map(([film, other]) => {
      return { alias: `film-${film}`, contentId: `film-${other}` };
    });
    this.#aliases = resolveAliases(links);
  }
}

/** What a user goes on with by what is stored of them. */
export function modelList(
  { registers }: Tables,
  userId: string,
  { description: describe }: Knowledge,
): Card[] {
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
  return continueWatching({ state, describe, policy: CONTINUE_WATCHING_POLICY }, 0);
}

export function cardsText(cards: readonly Card[]): string {
  return JSON.stringify(cards);
}
