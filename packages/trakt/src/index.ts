export { sendTraktFailure } from './http/answer-errors.ts';
export type { Media, MediaReader } from './items/media.ts';
export type { TraktChanges, TraktLists, TraktPagedRepository, WatchedAdd } from './list-ports.ts';
export { plainTraktPath, traktPlugin } from './plugin.ts';
export {
  percentIn,
  type PercentOutcome,
  type PercentReport,
  type StoredPercent,
  type StoredPosition,
  type TraktPlaces,
} from './scrobble/place-ports.ts';
export type { BegunCode, PolledTokens, TraktSignIn, TraktTokens } from './sign-in/sign-in-port.ts';
export type {
  TraktCaller,
  TraktNumbers,
  TraktPorts,
  TraktRepository,
  ViewedContents,
} from './ports.ts';
