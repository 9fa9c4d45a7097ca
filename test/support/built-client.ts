import { build, type BuildOptions, type Plugin } from 'esbuild';
import path from 'node:path';
import { ROOT } from '../architecture/source-files.ts';

const PACKAGE = /^@cuepoint\/client(?:\/(?<part>.+))?$/;

/**
 * As a bundler makes it of the client as it is built, not of its sources.
 *
 * @param files what `clientFiles` gave.
 */
export async function bundleBuilt(
  files: ReadonlyMap<string, string>,
  code: string,
  options: BuildOptions,
): Promise<Uint8Array> {
  const { outputFiles } = await build({
    legalComments: 'none',
    ...options,
    stdin: { contents: code, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    plugins: [builtClient(files)],
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

function builtClient(files: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'the client as it is built',
    setup(bundler) {
      bundler.onResolve({ filter: PACKAGE }, ({ path: specifier }) => {
        const part = PACKAGE.exec(specifier)?.groups?.['part'] ?? 'index';
        const file = part === 'react' ? 'react/index.js' : `${part}.js`;
        return { path: file, namespace: 'built', sideEffects: false };
      });
      bundler.onResolve({ filter: /^\./, namespace: 'built' }, ({ path: specifier, importer }) => ({
        path: path.posix.join(path.posix.dirname(importer), specifier),
        namespace: 'built',
        sideEffects: false,
      }));
      bundler.onLoad({ filter: /.*/, namespace: 'built' }, ({ path: file }) => ({
        contents: files.get(file) ?? '',
      }));
    },
  };
}
