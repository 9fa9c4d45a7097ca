import { createRequire } from 'node:module';
import { clientFiles } from '../../scripts/build-client.mjs';
import { bundleBuilt } from './built-client.ts';

const require = createRequire(import.meta.url);
const { transformSync } = require('@babel/core') as {
  transformSync: (code: string, options: object) => { code: string };
};
const preset: unknown = require('@react-native/babel-preset');

/** A module of CommonJS, as Metro leaves it with React Native's preset of Babel. */
export function asMetroLeaves(code: string): string {
  const options = { configFile: false, babelrc: false, compact: false, filename: 'index.js' };
  return transformSync(code, { ...options, presets: [[preset, { enableBabelRuntime: false }]] })
    .code;
}

/** An app of this code with the client as it is built; the packages of React Native stay outside. */
export async function nativeBundle(code: string): Promise<string> {
  const bundle = await bundleBuilt(await clientFiles(), code, {
    format: 'cjs',
    external: ['react-native', 'expo-crypto', '@react-native-async-storage/async-storage'],
  });
  return asMetroLeaves(Buffer.from(bundle).toString());
}
