import { describe, expect, it } from 'vitest';
import { openDatabase } from './open-database.ts';
import { readFeedSecret } from './feed-secret.ts';
import { SERVER_DATABASES, type TestDatabaseKind } from './testing/databases.ts';

describe.each(SERVER_DATABASES)('the secret of the feed of $name', (kind: TestDatabaseKind) => {
  it('is the same for every instance on a schema, and another one for another schema', async () => {
    await using opened = await kind.open();
    const secret = await readFeedSecret(opened.database);
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(await readFeedSecret(opened.database)).toBe(secret);
    await using other = await kind.open();
    expect(await readFeedSecret(other.database)).not.toBe(secret);
    const again = await openDatabase(opened.options);
    expect(await readFeedSecret(again)).toBe(secret);
    await again.close();
  });

  it('cannot be computed from what a role that may only connect can read', async () => {
    await using opened = await kind.open();
    const secret = await readFeedSecret(opened.database);
    const { rows } = await opened.database.query('read-database-identity');
    await opened.sql("update cuepoint.sync_state set feed_secret = 'another'");
    expect((await opened.database.query('read-database-identity')).rows).toEqual(rows);
    expect(await readFeedSecret(opened.database)).not.toBe(secret);
  });
});
