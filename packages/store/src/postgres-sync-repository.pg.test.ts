import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import { LISTED_POSTGRES, TEST_DATABASES, type TestDatabase } from './testing/databases.ts';
import { describeSyncRepository } from './testing/repository-contract.ts';

describe.each([...TEST_DATABASES, LISTED_POSTGRES])(
  'PostgresSyncRepository on $name',
  ({ open }) => {
    let opened: TestDatabase;

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened.destroy();
    });

    describeSyncRepository(() => ({
      repository: new PostgresSyncRepository(opened.database),
      userId: randomUUID(),
    }));
  },
);
