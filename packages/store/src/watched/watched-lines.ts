import { dateToMs, msToDate, readDate, type Play } from '@cuepoint/core';

/** What somebody says of a content: that it is watched, or that it is not. */
export interface WatchedMark {
  readonly isWatched: boolean;
  /** When they said so: of several names the last one counts. In ms since the epoch. */
  readonly claimMs: number;
  /** When it was watched, in ms since the epoch; undefined where nobody knows. */
  readonly atMs: number | undefined;
}

/** Where a content belongs, as far as it is known under this very name. */
export interface PlacedName {
  /** Undefined where nothing is known. */
  readonly type: string | undefined;
  readonly seriesId: string | undefined;
  readonly season: number | undefined;
  readonly episode: number | undefined;
}

/** What a user watched under one name. */
export interface WatchedName extends PlacedName {
  readonly name: string;
  /** As they were told: those of one viewing are joined by `joinPlays`. Their ids are of this answer alone. */
  readonly plays: readonly Play[];
  /** Undefined where nobody marked it. */
  readonly mark: WatchedMark | undefined;
}

export interface WatchedLines {
  readonly played: string;
  readonly marked: string;
}

const NOWHERE: PlacedName = {
  type: undefined,
  seriesId: undefined,
  season: undefined,
  episode: undefined,
};

/** Names by what was played or marked of them, from the lines of `list-played` and `list-marked`. */
export class WatchedNames {
  readonly #plays = new Map<string, Play[]>();
  readonly #marks = new Map<string, WatchedMark>();
  readonly #places = new Map<string, PlacedName>();

  constructor({ played, marked }: WatchedLines) {
    for (const line of linesOf(played)) this.#takePlay(line.split('\t'));
    for (const line of linesOf(marked)) this.#takeMark(line.split('\t'));
  }

  /** Those that were marked and not played. */
  unplaced(): string[] {
    return [...this.#marks.keys()].filter((name) => !this.#places.has(name));
  }

  /** @param lines of `list-placed` */
  place(lines: string): void {
    for (const line of linesOf(lines)) {
      const [name = '', ...place] = line.split('\t');
      this.#places.set(name, readPlace(place));
    }
  }

  names(): WatchedName[] {
    return [...new Set([...this.#plays.keys(), ...this.#marks.keys()])].map((name) => {
      const { type, seriesId, season, episode } = this.#places.get(name) ?? NOWHERE;
      const plays = this.#plays.get(name) ?? [];
      return { name, plays, mark: this.#marks.get(name), type, seriesId, season, episode };
    });
  }

  #takePlay([name = '', precision, ms, source = '', ...place]: readonly string[]): void {
    let plays = this.#plays.get(name);
    if (plays === undefined) {
      this.#plays.set(name, (plays = []));
      this.#places.set(name, readPlace(place));
    }
    const watchedAt = precision === 'u' ? undefined : dateOf(Number(ms), precision === 'd');
    plays.push({
      playId: String(plays.length),
      contentId: name,
      watchedAt,
      source: source === '' ? undefined : source,
    });
  }

  #takeMark([name = '', kind, claimMs, at]: readonly string[]): void {
    const date = at === undefined ? undefined : readDate(at);
    this.#marks.set(name, {
      isWatched: kind === 'm',
      claimMs: Number(claimMs),
      atMs: date === undefined ? undefined : dateToMs(date),
    });
  }
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}

/** What stands in the place of a number that is not known. */
const NO_NUMBER = '2147483647';

/** What the user's own devices say comes first. */
function readPlace([
  seriesId = '',
  season,
  episode,
  type = '',
  said,
]: readonly string[]): PlacedName {
  const own = (said === undefined ? {} : JSON.parse(said)) as Partial<PlacedName>;
  const known: PlacedName = {
    type: type === '' ? (seriesId === '' ? undefined : 'episode') : type,
    seriesId: seriesId === '' ? undefined : seriesId,
    season: numberOf(season),
    episode: numberOf(episode),
  };
  return {
    type: own.type ?? known.type,
    seriesId: own.seriesId ?? known.seriesId,
    season: own.season ?? known.season,
    episode: own.episode ?? known.episode,
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined || text === NO_NUMBER ? undefined : Number(text);
}

function dateOf(ms: number, isDay: boolean): string {
  return isDay ? new Date(ms).toISOString().slice(0, 10) : msToDate(ms);
}
