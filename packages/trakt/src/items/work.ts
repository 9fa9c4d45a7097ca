/** What a client calls a film, a series or an episode: ids of other catalogues, titles, numbers. */
export interface Work {
  readonly type: 'movie' | 'series' | 'episode';
  readonly ids: WorkIds;
  readonly title?: string;
  readonly year?: number;
  readonly series?: { readonly ids: WorkIds; readonly title?: string; readonly year?: number };
  readonly season?: number;
  readonly episode?: number;
}

export interface WorkIds {
  /** `tt` and digits. */
  readonly imdb?: string;
  readonly tmdb?: number;
  readonly tvdb?: number;
}

export type WorkMatch =
  | {
      readonly kind: 'matched';
      readonly contentId: string;
      /** Of an episode: the content that is its series, or comes to be. */
      readonly seriesId?: string;
    }
  | { readonly kind: 'unmatched' };

/** Which content somebody means. */
export interface WorkMatcher {
  match(userId: string, work: Work): Promise<WorkMatch>;
}
