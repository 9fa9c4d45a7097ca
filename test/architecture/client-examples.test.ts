import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import { App } from '../../examples/react.tsx';
import { buildClient } from '../../scripts/build-client.mjs';
import { ROOT } from './source-files.ts';

const EXAMPLES = path.join(ROOT, 'examples');
const page = readFileSync(path.join(EXAMPLES, 'video.html'), 'utf8');

function scriptOf(type: string): string {
  return new RegExp(`<script type="${type}">([^]*?)</script>`).exec(page)?.[1] ?? '';
}

test('the page with a video imports what the build exports, by its import map alone', async () => {
  await buildClient();
  const { imports } = JSON.parse(scriptOf('importmap')) as { imports: Record<string, string> };
  const used = new Set<string>();
  const { errors, warnings } = await build({
    stdin: { contents: scriptOf('module'), resolveDir: EXAMPLES, sourcefile: 'video.html' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
    plugins: [
      {
        name: 'import map',
        setup(bundler) {
          // What is not relative a browser finds in the map, or nowhere.
          bundler.onResolve({ filter: /^[^./]/ }, ({ path: specifier }) => {
            const target = imports[specifier];
            if (target === undefined) return { errors: [{ text: `no entry for ${specifier}` }] };
            used.add(specifier);
            return { path: path.join(EXAMPLES, target) };
          });
        },
      },
    ],
  });
  expect([...errors, ...warnings]).toEqual([]);
  expect([...used].toSorted()).toEqual(Object.keys(imports).toSorted());
});

test('the page with a video calls no host but the one that it was given', () => {
  expect(page).not.toMatch(/(?:src|href)="https?:/);
});

test('the page in React renders on a server as a browser shows it first', () => {
  const html = renderToString(
    createElement(App, { url: 'http://service', getToken: async () => 'token' }),
  );
  expect(html).toContain('<p role="status">Offline');
  expect(html).toContain('Metropolis');
  expect(html).toContain('<h2>Devices</h2>');
});
