/** What the classic script `cuepoint.global.js` puts into the global `cuepoint`: for TVs, and pages without a bundler. [ENG1] */
export { indexedDbStorage } from './storage/indexed-db-storage.ts';
export { keyValueStorage } from './storage/key-value-storage.ts';
export { memoryStorage } from './storage/memory-storage.ts';
export { bindVideo } from './video/bind-video.ts';
export { createWatchState } from './watch-state.ts';
export { isCuepointError } from '@cuepoint/core';
