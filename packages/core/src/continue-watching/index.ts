export * from './aliases.ts';
export {
  isCard,
  type Card,
  type CardReason,
  type HiddenGroup,
  type HiddenReason,
  type Verdict,
  type Why,
} from './card.ts';
export { continueWatching, explainContinueWatching } from './continue-watching.ts';
export { groupOf } from './group-of.ts';
export type { ListSource } from './judge-group.ts';
export * from './viewer.ts';
export { endFactsOf, watchStatus, type StatusInput, type WatchStatus } from './watch-status.ts';
export { createWatchingList, type WatchingList } from './watching-list.ts';
