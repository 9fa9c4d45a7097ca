-- As read-changes.sql, for a database that catches up by counters: what changed since the version that the
-- cursor saw. Everything is of one user, and of one snapshot. [CUR1] [CUR2]
--
-- $2..$6 the cursor: version, system identifier, timeline, incarnation, recovery; $2 null: no cursor.
-- $7 true while paging through a whole state. $8, $9 where the page before ended; $10 rows.
with here as materialized (
  select
    coalesce(
      (select v.version from cuepoint.user_versions v where v.user_id = $1::uuid), 0
    ) as version,
    -- As the start found it: a function would answer for the node that holds the user's rows.
    s.system_identifier,
    substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) as timeline,
    s.incarnation,
    (extract(epoch from pg_stat_get_bgwriter_stat_reset_time()) * 1000000)::bigint as recovered_at_us
  from cuepoint.sync_state s
  limit 1
),
verdict as materialized (
  select
    $2::bigint is null
    or $3::bigint <> here.system_identifier
    or $4::text <> here.timeline
    or $5::uuid <> here.incarnation
    or $6::bigint is distinct from here.recovered_at_us
    -- A cursor from the future is of a database that lost its end. [CUR2]
    or $2::bigint > here.version
    or exists (
      select from cuepoint.user_floors f
      where f.user_id = $1::uuid and $2::bigint < f.cursor_floor
    )
    or exists (
      select from cuepoint.user_erasures e
      where e.user_id = $1::uuid and $2::bigint < e.changed_version
    ) as cursor_refused
  from here
  limit 1
),
changes as (
  select
    0 as kind, w.unique_tag as key, w.content_id,
    w.timestamp_physical, w.timestamp_logical, w.device_id,
    w.removed_by, w.removed_physical, w.removed_logical,
    null::integer as position_seconds, null::integer as duration_seconds, null::varchar as state,
    null::boolean as is_cleared
  from cuepoint.user_watchlists w
  where w.user_id = $1::uuid
    and ($8::integer = 0 and w.unique_tag > $9::varchar collate "C")
    and (
      $7::boolean
      or (select cursor_refused from verdict)
      or w.changed_version > $2::bigint
    )
  union all
  select
    1, p.content_id, p.content_id,
    p.timestamp_physical, p.timestamp_logical, p.device_id,
    null, null, null,
    p.position_seconds, p.duration_seconds, p.state, p.is_cleared
  from cuepoint.user_progress p
  where p.user_id = $1::uuid
    and ($8::integer = 0 or p.content_id > $9::varchar collate "C")
    and (
      $7::boolean
      or (select cursor_refused from verdict)
      or p.changed_version > $2::bigint
    )
  order by kind, key
  limit $10::integer
)
-- The changes are one text: reading hundreds of rows of many columns is what a driver is slowest at, and JSON is what
-- PostgreSQL is slowest at writing. No id holds a control character, so that two of them can part fields and rows.
select
  here.version::text as seen,
  here.system_identifier::text as system_identifier,
  here.timeline,
  here.incarnation::text as incarnation,
  here.recovered_at_us::text as recovered_at_us,
  extract(epoch from clock_timestamp())::double precision * 1000 as read_at_ms,
  verdict.cursor_refused,
  coalesce(
    (
      select string_agg(
        case c.kind
          when 0 then concat_ws(
            chr(31), 0, c.key, c.content_id,
            coalesce(c.timestamp_physical::text, ''), coalesce(c.timestamp_logical::text, ''), coalesce(c.device_id, ''),
            coalesce(c.removed_physical::text, ''), coalesce(c.removed_logical::text, ''), coalesce(c.removed_by, '')
          )
          else concat_ws(
            chr(31), 1, c.key, c.timestamp_physical, c.timestamp_logical, c.device_id,
            c.position_seconds, c.duration_seconds, c.state, c.is_cleared
          )
        end,
        chr(30) order by c.kind, c.key
      )
      from changes c
    ),
    ''
  ) as changes
from here
cross join verdict;
