export {
  contentIdsOf,
  episodeId,
  episodeOfContent,
  idsOfContent,
  newContentId,
  seriesOf,
} from './content-ids.ts';
export { factsOfWork } from './facts-of-work.ts';
export type { Matcher, WaitingReport, WorkMatch } from './matcher.ts';
export type { SeriesName, Work, WorkIds, WorkType } from './work.ts';
export {
  placeWork,
  WorkIndex,
  handKeysOf,
  type ByHand,
  type KnownContent,
  type Match,
  type WorkLibrary,
} from './work-library.ts';
export { nameIdOf, nameKeyOf, plainTitle } from './work-titles.ts';
