import { expect, test } from 'vitest';
import { clientFiles } from '../../scripts/build-client.mjs';
import { bundleBuilt } from '../support/built-client.ts';
import { bundle as bundleIn, gzippedBytes } from '../support/bundle.ts';
import { ROOT } from './source-files.ts';

const bundle = (code: string) => bundleIn(code, ROOT);

/** A little above what there is: whatever makes an app's first load longer is seen here first. */
const ENTRIES = [
  { name: 'everything', code: `export * from '@cuepoint/client';`, bytesMax: 31_200 },
  {
    name: 'createWatchState and memoryStorage',
    code: `export { createWatchState, memoryStorage } from '@cuepoint/client';`,
    bytesMax: 27_150,
  },
  { name: 'bindVideo', code: `export { bindVideo } from '@cuepoint/client';`, bytesMax: 5_300 },
  {
    name: 'bindVideo and the adapters of players',
    code: ['hls', 'shaka', 'dash', 'videojs', 'vidstack', 'plyr']
      .map((name) => `export * from '@cuepoint/client/players/${name}';`)
      .join('\n'),
    bytesMax: 6_000,
  },
  { name: 'the hooks', code: `export * from '@cuepoint/client/react';`, bytesMax: 800 },
];

test.each(ENTRIES)('a bundle with $name stays within $bytesMax bytes', async (entry) => {
  const { bytes, modules } = await bundle(entry.code);
  // oxlint-disable-next-line no-console -- the figure that docs/client.md gives
  console.log(`client bundle with ${entry.name}: ${bytes} bytes gzipped`);
  expect(bytes).toBeLessThanOrEqual(entry.bytesMax);
  expect(modules.length).toBeGreaterThan(0);
});

/** What each adds to an app that has `createWatchState`, and nothing where it is not imported. */
const FACADES = [
  { name: 'watched', bytesMax: 760 },
  { name: 'ratings', bytesMax: 400 },
  { name: 'favorites', bytesMax: 300 },
  { name: 'preferences', bytesMax: 950 },
  { name: 'registers', bytesMax: 900 },
  { name: 'history', bytesMax: 1_980 },
  { name: 'continue-watching', bytesMax: 5_000 },
];

test.each(FACADES)('$name adds at most $bytesMax bytes to the base', async (facade) => {
  const base = `export { createWatchState } from '@cuepoint/client';`;
  const { bytes: bytesOfBase } = await bundle(base);
  const { bytes } = await bundle(`${base}\nexport * from '@cuepoint/client/${facade.name}';`);
  // oxlint-disable-next-line no-console -- the figure that docs/client.md gives
  console.log(`client facade ${facade.name}: ${bytes - bytesOfBase} bytes gzipped`);
  expect(bytes - bytesOfBase).toBeLessThanOrEqual(facade.bytesMax);
  expect(bytes).toBeGreaterThan(bytesOfBase);
});

test('no bundle holds the schemas, the library that compiles them, or the parser of hostile input', async () => {
  const { modules } = await bundle(`export * from '@cuepoint/client';`);
  const heavy =
    /typebox|\/(?:up|down)\/|read-up-message|read-op|find-faults|json-bounds|fields\.ts/;
  expect(modules.filter((path) => heavy.test(path))).toEqual([]);
  // Every byte is the product's own.
  expect(modules.filter((path) => path.includes('node_modules'))).toEqual([]);
});

/** What the oldest engine costs, over the same for those of today. */
test('the build is little more than for new engines: everything, the base, and a script', async () => {
  const everything = `export * from '@cuepoint/client';`;
  const base = `export { createWatchState, memoryStorage } from '@cuepoint/client';`;
  const files = await clientFiles();
  const built = async (code: string) =>
    gzippedBytes(await bundleBuilt(files, code, { minify: true, format: 'esm' }));
  const over = {
    modules: (await built(everything)) - (await bundle(everything)).bytes,
    // An app has nothing of what it does not import: of the build as of the sources.
    base: (await built(base)) - (await bundle(base)).bytes,
    script:
      gzippedBytes(Buffer.from(files.get('cuepoint.global.js') ?? '')) -
      (await bundle(`export * from './packages/client/src/global.ts';`)).bytes,
  };
  // oxlint-disable-next-line no-console -- as above
  console.log('client, as it is built:', over, 'bytes more gzipped');
  expect(over.modules).toBeGreaterThan(0);
  expect(over.modules).toBeLessThanOrEqual(1_150);
  expect(over.base).toBeLessThanOrEqual(1_000);
  expect(over.script).toBeLessThanOrEqual(2_300);
});
