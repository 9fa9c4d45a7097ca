import pg from 'pg';

/** Durable whatever the role's or the database's defaults say. */
export function sessionSettings(statementTimeoutMs: number): string {
  return [
    'set synchronous_commit = on',
    `set statement_timeout = ${Math.floor(statementTimeoutMs)}`,
    `set idle_in_transaction_session_timeout = ${Math.floor(statementTimeoutMs)}`,
    "set timezone = 'UTC'",
    // Every statement here is short; compiling one takes longer than running it.
    'set jit = off',
  ].join(';');
}

/**
 * A batch's statement is planned once; its plan does not depend on the parameters. Citus cannot plan a
 * statement on several tables before it knows which user it is for, and chooses by itself.
 */
export const PLAN_CACHE_MODE = `
select set_config(
  'plan_cache_mode',
  case
    when exists (select from pg_catalog.pg_extension where extname = 'citus') then 'auto'
    else 'force_generic_plan'
  end,
  false
)`;

/** Timestamps have 48 bits and counts stay far below 2^53, so bigint columns read as numbers. */
export const getTypeParser: typeof pg.types.getTypeParser = (oid, format) =>
  oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format);
