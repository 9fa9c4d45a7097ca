import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['cuepoint-source'] };
const ssr = { resolve };
const limits = { testTimeout: 60_000, hookTimeout: 120_000 };

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
          // In CI a second attempt, which the report names (`retry x1`); by hand a failure is seen at once.
          retry: process.env['CI'] === 'true' ? 1 : 0,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          // After the others, and not beside them.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
