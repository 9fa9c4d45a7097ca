import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['cuepoint-source'] };
const ssr = { resolve };
const limits = { testTimeout: 60_000, hookTimeout: 120_000 };
// Of tests with real sockets, processes and browsers. A test that needs it is named at the end and has to be
// mended; by hand it fails at once.
const retry = process.env['CI'] === 'true' ? 1 : 0;

export default defineConfig({
  test: {
    // Two files at a time: the tests start databases and services of their own.
    maxWorkers: 2,
    projects: [
      {
        resolve,
        ssr,
        test: {
          ...limits,
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/*/src/**/*.test.ts',
            'bench/**/*.test.ts',
            'test/architecture/**/*.test.ts',
            'test/sim/**/*.test.ts',
            'test/{crash,soak}/**/*.test.ts',
          ],
          exclude: ['**/*.pg.test.ts', '**/node_modules/**'],
        },
      },
      {
        resolve,
        ssr,
        test: {
          ...limits,
          retry,
          name: 'database',
          include: ['packages/*/src/**/*.pg.test.ts', 'test/**/*.test.ts'],
          exclude: [
            'test/architecture/**',
            'test/browser/**',
            'test/{sim,crash,soak}/**/!(*.pg).test.ts',
            '**/node_modules/**',
          ],
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
      {
        resolve,
        ssr,
        test: {
          // A browser beside a service on two cores takes its time.
          testTimeout: 180_000,
          hookTimeout: 120_000,
          retry,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          // After the others, and not beside them.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
