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

/** One play, as it was told. */
export interface WatchedPlay {
  /** When, in ms since the epoch; of a day its first moment in UTC; undefined where nobody knows. */
  readonly atMs: number | undefined;
  readonly isDay: boolean;
  readonly source: string | undefined;
}

/** What a user watched under one name. */
export interface WatchedName extends PlacedName {
  readonly name: string;
  readonly plays: readonly WatchedPlay[];
  /** Undefined where nobody marked it; or, where nothing is marked as not watched, what was played and says the same. */
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
  readonly #plays = new Map<string, WatchedPlay[]>();
  readonly #marks = new Map<string, WatchedMark>();
  readonly #places = new Map<string, PlacedName>();

  constructor({ played, marked }: WatchedLines) {
    for (const line of linesOf(played)) this.#takePlay(line.split('\t'));
    for (const line of linesOf(marked)) this.#takeMark(line.split('\t'));
  }

  /** Whether something is marked as not watched: then each mark of another name of it counts. */
  isUnmarked(): boolean {
    return [...this.#marks.values()].some(({ isWatched }) => !isWatched);
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
    plays.push({
      atMs: precision === 'u' ? undefined : Number(ms),
      isDay: precision === 'd',
      source: source === '' ? undefined : source,
    });
  }

  #takeMark([name = '', kind, claimMs, at]: readonly string[]): void {
    // Stored as `readDate` gives it, which is a date of ECMAScript too.
    const atMs = at === undefined ? undefined : Date.parse(at);
    this.#marks.set(name, { isWatched: kind === 'm', claimMs: Number(claimMs), atMs });
  }
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}

/** What stands in the place of a number that the catalogue does not know. */
const NO_NUMBER = '2147483647';

function readPlace([seriesId = '', season, episode, type = '']: readonly string[]): PlacedName {
  return {
    type: type === '' ? (seriesId === '' ? undefined : 'episode') : type,
    seriesId: seriesId === '' ? undefined : seriesId,
    season: numberOf(season),
    episode: numberOf(episode),
  };
}

function numberOf(text = ''): number | undefined {
  return text === '' || text === NO_NUMBER ? undefined : Number(text);
}
