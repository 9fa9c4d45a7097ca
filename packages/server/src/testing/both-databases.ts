import { inject } from 'vitest';
import { createTestApi, type TestApi, type TestApiOptions } from './test-api.ts';

/** The app on each database, for what the service decides. */
export const BOTH_DATABASES: readonly {
  readonly name: string;
  readonly openApi: (options?: Omit<TestApiOptions, 'databaseUrl'>) => Promise<TestApi>;
}[] = [
  { name: 'PGlite', openApi: (options) => createTestApi({ ...options }) },
  {
    name: 'PostgreSQL',
    openApi: (options) => createTestApi({ ...options, databaseUrl: inject('postgresUrl') }),
  },
];
