import { build } from 'esbuild';
import { gzipSync } from 'node:zlib';

/** As a bundler of today makes it for browsers, minified and gzipped; React is the app's own. */
export async function bundle(code: string, folder: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: folder, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['cuepoint-source'],
    external: ['react'],
    legalComments: 'none',
  });
  const [{ contents } = { contents: new Uint8Array() }] = outputFiles;
  const [output] = Object.values(metafile.outputs);
  const modules = Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [path] : [],
  );
  return { bytes: gzippedBytes(contents), modules };
}

export function gzippedBytes(contents: Uint8Array): number {
  return gzipSync(contents, { level: 9 }).length;
}
