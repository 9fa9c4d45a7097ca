export { useWatchState, WatchStateProvider } from './provider.ts';
