/** What is known of a content; `ContentFacts` of core without what nobody here needs. */
export interface InventedFacts {
  readonly type: 'movie' | 'series' | 'episode' | 'live';
  readonly title: string;
  readonly year?: number;
  readonly seriesId?: string;
  /** 0 for specials. */
  readonly season?: number;
  readonly episode?: number;
  readonly durationSeconds?: number;
  readonly creditsStartSeconds?: number;
  readonly releasedAt?: string;
}

/** The title of each episode; a season's later ones are released a week apart. */
interface InventedSeries {
  readonly seriesId: string;
  readonly title: string;
  readonly minutes: number;
  readonly seasons: readonly {
    readonly number: number;
    readonly releasedAt: string;
    readonly titles: readonly string[];
  }[];
}

const WEEK_MS = 7 * 24 * 60 * 60_000;
const CREDITS_SECONDS = 110;

/** None of them was ever made. The third season of the ferry is far away. */
const SERIES: readonly InventedSeries[] = [
  {
    seriesId: 'series:the-long-ferry',
    title: 'The Long Ferry',
    minutes: 48,
    seasons: [
      { number: 0, releasedAt: '2024-12-20', titles: ['A Christmas Crossing'] },
      {
        number: 1,
        releasedAt: '2024-01-12',
        titles: ['Slack Water', 'The Purser', 'Fog Signals', 'Two Bells', 'Landfall'],
      },
      {
        number: 2,
        releasedAt: '2025-01-10',
        titles: ['The New Captain', 'Ballast', 'Dry Dock', 'Undertow'],
      },
      { number: 3, releasedAt: '2040-01-13', titles: ['Open Sea', 'The Last Pier'] },
    ],
  },
  {
    seriesId: 'series:kiln-street',
    title: 'Kiln Street',
    minutes: 26,
    seasons: [
      {
        number: 1,
        releasedAt: '2023-09-04',
        titles: ['First Firing', 'Glaze', 'Shards', 'The Wheel', 'Cooling', 'Seconds'],
      },
    ],
  },
  {
    seriesId: 'series:night-orchard',
    title: 'Night Orchard',
    minutes: 55,
    seasons: [
      { number: 1, releasedAt: '2022-03-02', titles: ['Grafting', 'Frost', 'Windfall'] },
      { number: 2, releasedAt: '2023-03-01', titles: ['Blossom', 'The Wasp Year', 'Cider'] },
    ],
  },
];

const FILMS: Readonly<Record<string, InventedFacts>> = {
  'film:the-lantern-keeper': {
    type: 'movie',
    title: 'The Lantern Keeper',
    year: 2021,
    durationSeconds: 6_540,
    creditsStartSeconds: 6_180,
  },
  'film:a-map-of-rain': {
    type: 'movie',
    title: 'A Map of Rain',
    year: 2019,
    durationSeconds: 5_880,
  },
  'film:nine-minutes-to-harbour': {
    type: 'movie',
    title: 'Nine Minutes to Harbour',
    year: 2023,
    durationSeconds: 540,
  },
};

/** Invented films, series with their seasons, and a live channel, by content id: for demonstrations and tests. */
export const INVENTED: Readonly<Record<string, InventedFacts>> = {
  ...FILMS,
  'live:harbour-radio': { type: 'live', title: 'Harbour Radio' },
  ...Object.fromEntries(SERIES.flatMap(contentsOf)),
};

/** By their ids, with what they have in the order of their seasons. */
export const INVENTED_SERIES: ReadonlyMap<string, readonly string[]> = new Map(
  SERIES.map((series) => [
    series.seriesId,
    contentsOf(series).flatMap(([id, { type }]) => (type === 'episode' ? [id] : [])),
  ]),
);

/** `The Long Ferry, S1 E2: The Purser`; undefined for what was not invented here. */
export function inventedTitle(contentId: string): string | undefined {
  const facts = INVENTED[contentId];
  const series = facts?.seriesId === undefined ? undefined : INVENTED[facts.seriesId];
  if (facts === undefined || series === undefined) return facts?.title;
  return `${series.title}, ${numbersOf(facts)}: ${facts.title}`;
}

/** The regular episode after this one that is out; undefined after the last. */
export function episodeAfter(contentId: string, nowMs: number): string | undefined {
  const seriesId = INVENTED[contentId]?.seriesId;
  const episodes = seriesId === undefined ? undefined : INVENTED_SERIES.get(seriesId);
  const next = episodes?.[episodes.indexOf(contentId) + 1];
  const facts = next === undefined ? undefined : INVENTED[next];
  const isOut = facts !== undefined && Date.parse(facts.releasedAt ?? '') <= nowMs;
  return isOut && facts.season !== 0 ? next : undefined;
}

/** `S1 E2`, or `Special 1`. */
export function numbersOf({ season, episode }: InventedFacts): string {
  return season === 0 ? `Special ${episode}` : `S${season} E${episode}`;
}

function contentsOf({
  seriesId,
  title,
  minutes,
  seasons,
}: InventedSeries): [string, InventedFacts][] {
  const durationSeconds = minutes * 60;
  const creditsStartSeconds = durationSeconds - CREDITS_SECONDS;
  const episodes = seasons.flatMap(({ number: season, releasedAt, titles }) =>
    titles.map((name, index): [string, InventedFacts] => [
      `${seriesId}:s${season}e${index + 1}`,
      {
        type: 'episode',
        title: name,
        seriesId,
        season,
        episode: index + 1,
        durationSeconds,
        creditsStartSeconds,
        releasedAt: dayAfter(releasedAt, index * WEEK_MS),
      },
    ]),
  );
  return [[seriesId, { type: 'series', title }], ...episodes];
}

function dayAfter(day: string, ms: number): string {
  return new Date(Date.parse(day) + ms).toISOString().slice(0, 10);
}
