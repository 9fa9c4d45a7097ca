import { describe, expect, it } from 'vitest';
import { openDatabase } from './open-database.ts';
import { readNamespace } from './namespace.ts';
import { SERVER_DATABASES, type TestDatabaseKind } from './testing/databases.ts';

describe.each(SERVER_DATABASES)('the namespace of $name', (kind: TestDatabaseKind) => {
  it('is the same for every instance on a schema, and another one for another schema', async () => {
    await using opened = await kind.open({ migrated: false });
    const name = await readNamespace(opened.database);
    expect(name).toMatch(/^[0-9a-f]{16}$/);
    expect(await readNamespace(opened.database)).toBe(name);
    await using other = await kind.open({ migrated: false });
    expect(await readNamespace(other.database)).not.toBe(name);
    const again = await openDatabase(opened.options);
    expect(await readNamespace(again)).toBe(name);
    await again.close();
  });
});
