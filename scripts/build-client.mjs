// Builds `packages/client/dist` but for its declarations, which are the compiler's. Plain JavaScript: `npm start` runs it in a
// fresh clone. Why not the compiler: docs/decisions/0038-engines.md.
import { build } from 'esbuild';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const CLIENT = path.join(root, 'packages/client');
/** By their names in `dist`, as package.json exports them. */
const NAMES = [
  'index',
  'react/index',
  ...['players', 'facades', 'react/entries'].flatMap(modulesIn),
];
const MODULES = Object.fromEntries(NAMES.map((name) => [name, `src/${name}.ts`]));
const GLOBAL = { 'cuepoint.global': 'src/global.ts' };

/** The name of a private member, outside of texts. */
const PRIVATE_NAME = /(?<!['"`\w])#[A-Za-z]\w*/g;

/**
 * Private members are properties with short names in what is shipped. As WeakMaps, which compilers make of them for engines
 * before 2021, they cost four kilobytes and a look-up each time.
 *
 * Those of one length are counted in each file anew, so that most share a few names: no class of ours extends another, and a source
 * map still finds each place, since a name stays as long as it was.
 */
const privateNames = {
  name: 'private names',
  setup(bundler) {
    bundler.onLoad(
      { filter: /packages[\\/](client|core)[\\/]src[\\/].*\.tsx?$/ },
      async (args) => ({
        contents: withShortNames(await readFile(args.path, 'utf8')),
        loader: args.path.endsWith('x') ? 'tsx' : 'ts',
      }),
    );
  },
};

function withShortNames(source) {
  const names = new Map();
  return source.replaceAll(PRIVATE_NAME, (name) => {
    const counted = [...names.keys()].filter(({ length }) => length === name.length).length;
    const short = names.get(name) ?? `_${counted.toString(36)}`.padEnd(name.length, '_');
    names.set(name, short);
    return short;
  });
}

/** The oldest engine that modules run on, and that of TVs, for which the script is. [ENG1] */
const TARGET = 'chrome63';
const SCRIPT_TARGET = 'chrome53';

const OPTIONS = {
  absWorkingDir: CLIENT,
  outdir: 'dist',
  bundle: true,
  write: false,
  platform: 'browser',
  target: TARGET,
  conditions: ['cuepoint-source'],
  jsx: 'automatic',
  mangleProps: /^_/,
  // Nor is any of them to be mistaken for a method of an array.
  mangleCache: { at: false },
  plugins: [privateNames],
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, jsx: 'react-jsx' } },
};

/** @returns each file by its path in `dist`. */
export async function clientFiles() {
  const [modules, script] = await Promise.all([
    build({
      ...OPTIONS,
      entryPoints: MODULES,
      format: 'esm',
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      external: ['react', 'react/jsx-runtime'],
    }),
    build({
      ...OPTIONS,
      entryPoints: GLOBAL,
      target: SCRIPT_TARGET,
      format: 'iife',
      globalName: 'cuepoint',
      minify: true,
      sourcemap: false,
    }),
  ]);
  const files = [...modules.outputFiles, ...script.outputFiles];
  return new Map(
    files.map((file) => [
      path.relative(path.join(CLIENT, 'dist'), file.path),
      file.path.endsWith('global.js')
        ? withDescriptors(file.text)
        : file.path.endsWith('.map')
          ? withSources(file)
          : file.text,
    ]),
  );
}

/** What esbuild copies objects by is younger than the engine that the script is for. */
function withDescriptors(script) {
  const NAME = 'Object.getOwnPropertyDescriptors';
  if (script.split(NAME).length !== 2) throw new Error(`The script has not one ${NAME}.`);
  const own =
    '(o=>Reflect.ownKeys(o).reduce((d,k)=>(d[k]=Object.getOwnPropertyDescriptor(o,k),d),{}))';
  return script.replace(NAME, own);
}

/** A source map with the sources as they are written, before names are shortened. */
function withSources(file) {
  const map = JSON.parse(file.text);
  const folder = path.dirname(file.path);
  const read = (source) => readFileSync(path.resolve(folder, source), 'utf8');
  return JSON.stringify({ ...map, sourcesContent: map.sources.map(read) });
}

/** Writes what differs, and leaves no part of a build before. */
export async function buildClient() {
  const files = await clientFiles();
  const parts = path.join(CLIENT, 'dist/chunks');
  for (const name of existsSync(parts) ? readdirSync(parts) : []) {
    if (!files.has(`chunks/${name}`)) rmSync(path.join(parts, name), { force: true });
  }
  for (const [name, text] of files) {
    const file = path.join(CLIENT, 'dist', name);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function modulesIn(folder) {
  const names = readdirSync(path.join(CLIENT, 'src', folder));
  return names
    .filter((name) => /^[^.]+\.ts$/.test(name))
    .map((name) => `${folder}/${path.parse(name).name}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildClient();
