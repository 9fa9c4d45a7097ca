export type { Media, MediaReader } from './items/media.ts';
export type { Work, WorkIds, WorkMatch, WorkMatcher } from './items/work.ts';
export type { TraktChanges, TraktLists, TraktPagedRepository, WatchedAdd } from './list-ports.ts';
export { plainTraktPath, traktPlugin } from './plugin.ts';
export type {
  TraktCaller,
  TraktNumbers,
  TraktPorts,
  TraktRepository,
  ViewedContents,
} from './ports.ts';
