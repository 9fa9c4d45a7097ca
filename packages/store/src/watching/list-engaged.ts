import type { Database } from '../database.ts';

/** A content or group that a user did something with. */
export interface Engaged {
  readonly name: string;
  /** Not before the act, in ms since the epoch. */
  readonly untilMs: number;
}

export interface EngagedOptions {
  readonly limit: number;
  /** The last of the page before. */
  readonly after?: Engaged | undefined;
}

const LATEST: Engaged = { name: '', untilMs: Number.MAX_SAFE_INTEGER };

/** The latest first; a name may come more than once. It costs its own rows. [OPS3] */
export async function listEngaged(
  database: Database,
  userId: string,
  { limit, after = LATEST }: EngagedOptions,
): Promise<readonly Engaged[]> {
  const { rows } = await database.query<{ key: string; until_ms: number }>('list-engaged', [
    userId,
    after.untilMs,
    after.name,
    limit,
  ]);
  return rows.map(({ key, until_ms }) => ({ name: key, untilMs: until_ms }));
}
