import { expect, test } from 'vitest';
import { bundle as bundleIn } from '../support/bundle.ts';
import { ROOT } from './source-files.ts';

const bundle = (code: string) => bundleIn(code, ROOT);

/** A little above what there is: whatever makes an app's first load longer is seen here first. */
const ENTRIES = [
  { name: 'everything', code: `export * from '@cuepoint/client';`, bytesMax: 27_150 },
  {
    name: 'createWatchState and memoryStorage',
    code: `export { createWatchState, memoryStorage } from '@cuepoint/client';`,
    bytesMax: 24_150,
  },
  { name: 'bindVideo', code: `export { bindVideo } from '@cuepoint/client';`, bytesMax: 4_150 },
  {
    name: 'bindVideo and the adapters of players',
    code: ['hls', 'shaka', 'dash', 'videojs', 'vidstack', 'plyr']
      .map((name) => `export * from '@cuepoint/client/players/${name}';`)
      .join('\n'),
    bytesMax: 5_000,
  },
  { name: 'the hooks', code: `export * from '@cuepoint/client/react';`, bytesMax: 1_000 },
];

test.each(ENTRIES)('a bundle with $name stays within $bytesMax bytes', async (entry) => {
  const { bytes, modules } = await bundle(entry.code);
  // oxlint-disable-next-line no-console -- the figure that docs/client.md gives
  console.log(`client bundle with ${entry.name}: ${bytes} bytes gzipped`);
  expect(bytes).toBeLessThanOrEqual(entry.bytesMax);
  expect(modules.length).toBeGreaterThan(0);
});

test('no bundle holds the schemas, the library that compiles them, or the parser of hostile input', async () => {
  const { modules } = await bundle(`export * from '@cuepoint/client';`);
  const heavy =
    /typebox|\/(?:up|down)\/|read-up-message|read-op|find-faults|json-bounds|fields\.ts/;
  expect(modules.filter((path) => heavy.test(path))).toEqual([]);
  // Every byte is the product's own.
  expect(modules.filter((path) => path.includes('node_modules'))).toEqual([]);
});
