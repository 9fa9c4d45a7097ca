/** Numbers and names that other services know a work by; each source fills in what it has. */
export interface WorkIds {
  /** `tt` and digits. */
  readonly imdb?: string;
  readonly tmdb?: number;
  readonly tvdb?: number;
  readonly trakt?: number;
  readonly slug?: string;
  readonly simkl?: number;
  readonly mal?: number;
}

export type WorkType = 'movie' | 'series' | 'season' | 'episode';

export interface SeriesName {
  readonly ids: WorkIds;
  readonly title?: string;
  readonly year?: number;
}

/** What somebody calls a film, a series or an episode, in their own words: whether it is known here is asked later. */
export interface Work {
  /** Left out where nobody says whether a title is a film or a show. */
  readonly type?: WorkType;
  readonly ids: WorkIds;
  readonly title?: string;
  readonly year?: number;
  /** Of a season or an episode. */
  readonly series?: SeriesName;
  readonly season?: number;
  readonly episode?: number;
}
