import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { PGLITE, POSTGRES } from '../testing/databases.ts';
import { uuidHash } from './uuid-hash.ts';

const EDGES = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];

test.each([PGLITE, POSTGRES])('uuidHash is what $name makes of a UUID', async ({ open }) => {
  await using opened = await open();
  const uuids = [...EDGES, ...Array.from({ length: 2_000 }, () => randomUUID())];
  const rows = await opened.sql<{ hash: number }>(
    'select uuid_hash(id) as hash from unnest($1::uuid[]) with ordinality as u (id, n) order by n',
    [`{${uuids.join(',')}}`],
  );
  expect(uuids.map(uuidHash)).toEqual(rows.map(({ hash }) => hash));
});
