import type { CatchUpName } from '../dialect.ts';
import type { TestConnection } from './databases.ts';

const RAISE = `
insert into cuepoint.user_versions as t (user_id, version) values ($1, 1)
on conflict (user_id) do update set version = t.version + 1`;

const COLUMN = ', changed_version';
const VERSION = ', (select v.version from cuepoint.user_versions v where v.user_id = $1)';

/**
 * Inserts by hand as a batch does it: the user's counter first, where devices catch up by counters.
 *
 * @param sql with `{mark}` behind the columns and behind the values; $1 is the user.
 */
export async function insertMarked(
  connection: TestConnection,
  catchUp: CatchUpName,
  sql: string,
  [userId, ...rest]: readonly [userId: string, ...rest: unknown[]],
): Promise<void> {
  const isCounting = catchUp === 'counter';
  if (isCounting) await connection.query(RAISE, [userId]);
  const [head = '', columns = '', tail = ''] = sql.split('{mark}');
  const marked = isCounting ? [head, COLUMN, columns, VERSION, tail] : [head, columns, tail];
  await connection.query(marked.join(''), [userId, ...rest]);
}
