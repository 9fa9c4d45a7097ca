'use client';

export { useWatchState, WatchStateProvider, type WatchStateProviderProps } from './provider.ts';
export { useDevices, type UseDevices } from './use-devices.ts';
export { useProgress, useResume, type UseProgress } from './use-progress.ts';
export { useSyncStatus } from './use-sync-status.ts';
export { useWatchlist, type UseWatchlist } from './use-watchlist.ts';
