-- A user's changes since a cursor, or the whole state, and what the next cursor is made of: all in one
-- statement, so that they are of one snapshot. [CUR1] [CUR2]
--
-- $2..$6 the cursor: snapshot, system identifier, timeline, incarnation, recovery; $2 null: no cursor.
-- $7 true while paging through a whole state. $8, $9, $11 where the page before ended: 0 tags, 1 positions and 4
-- registers of a whole state, by key; 2, 3 and 5 those of changes, by when they changed ($11) and key. $10 rows to look at and one more.
with here as materialized (
  select
    pg_current_snapshot() as snapshot,
    c.system_identifier,
    substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) as timeline,
    s.incarnation,
    -- Crash recovery discards the statistics: this is when it did, or a later reset by hand. A transaction
    -- that left nothing in the flushed log before the crash gives its id to another after it. [CUR2]
    (extract(epoch from pg_stat_get_bgwriter_stat_reset_time()) * 1000000)::bigint as recovered_at_us,
    s.cursor_floor
  from cuepoint.sync_state s
  cross join pg_control_system() c
  -- Without statistics the planner takes the one-row table for a thousand rows, finds the whole
  -- statement expensive, and compiles it for longer than it runs.
  limit 1
),
refusal as materialized (
  select
    $2::pg_snapshot is null
    or $3::bigint <> here.system_identifier
    or $4::text <> here.timeline
    or $5::uuid <> here.incarnation
    or $6::bigint is distinct from here.recovered_at_us
    -- A cursor from the future is of a database that lost its end. [CUR2]
    or pg_snapshot_xmax($2::pg_snapshot) > pg_snapshot_xmax(here.snapshot)
    or pg_snapshot_xmin($2::pg_snapshot) <= here.cursor_floor
    or exists (
      select from cuepoint.user_erasures e
      where e.user_id = $1::uuid
        and not pg_visible_in_snapshot(e.changed_xid, $2::pg_snapshot)
    ) as cursor_refused
  from here
  limit 1
),
verdict as materialized (
  select cursor_refused, $7::boolean or cursor_refused as is_whole from refusal
),
-- A limit in a subquery is one that the planner does not know: it takes the index that has the order, and does not sort
-- what is left of the user, whatever its statistics say. [OPS3]
tags as materialized (
  (
    select
      0 as kind, null::bigint as at, w.unique_tag as key, true as is_change, w.content_id,
      w.timestamp_physical, w.timestamp_logical, w.device_id,
      w.removed_by, w.removed_physical, w.removed_logical
    from cuepoint.user_watchlists w
    where w.user_id = $1::uuid
      and w.unique_tag > $9::varchar collate "C"
      and (select is_whole from verdict)
      and $8::integer not in (1, 4)
    order by w.unique_tag
    limit (select $10::bigint)
  )
  union all
  (
    select
      2, w.changed_xid::text::bigint, w.unique_tag, not pg_visible_in_snapshot(w.changed_xid, $2::pg_snapshot), w.content_id,
      w.timestamp_physical, w.timestamp_logical, w.device_id,
      w.removed_by, w.removed_physical, w.removed_logical
    from cuepoint.user_watchlists w
    where w.user_id = $1::uuid
      and w.changed_xid >= '0'
      and (w.changed_xid, w.unique_tag)
      > (coalesce($11::bigint::text::xid8, pg_snapshot_xmin($2::pg_snapshot)), $9::varchar collate "C")
      and not (select is_whole from verdict)
      and $8::integer = 2
    order by w.changed_xid, w.unique_tag
    limit (select $10::bigint)
  )
),
registers as materialized (
  (
    select
      1 as kind, null::bigint as at, p.content_id as key, true as is_change,
      p.timestamp_physical, p.timestamp_logical, p.claim_physical, p.claim_logical, p.device_id,
      p.position_seconds, p.duration_seconds, p.state, p.is_cleared
    from cuepoint.user_progress p
    where p.user_id = $1::uuid
      and p.content_id > case $8::integer when 1 then $9::varchar else '' end collate "C"
      and (select is_whole from verdict)
      and $8::integer <> 4
    order by p.content_id
    limit (select $10::bigint - count(*) from tags)
  )
  union all
  (
    -- In the order of a bound that moves seldom; whether the row changed its own mark says.
    select
      3, p.changed_until, p.content_id,
      p.changed_xid >= pg_snapshot_xmin($2::pg_snapshot)
      and not pg_visible_in_snapshot(p.changed_xid, $2::pg_snapshot),
      p.timestamp_physical, p.timestamp_logical, p.claim_physical, p.claim_logical, p.device_id,
      p.position_seconds, p.duration_seconds, p.state, p.is_cleared
    from cuepoint.user_progress p
    where p.user_id = $1::uuid
      and p.changed_until >= 0
      and (p.changed_until, p.content_id) > (
        case $8::integer when 3 then $11::bigint else pg_snapshot_xmin($2::pg_snapshot)::text::bigint end,
        case $8::integer when 3 then $9::varchar else '' end collate "C"
      )
      and not (select is_whole from verdict)
      and $8::integer <> 5
    order by p.changed_until, p.content_id
    limit (select $10::bigint - count(*) from tags)
  )
),
-- Values may be long: a page has no more of them than so many bytes, and one.
said as materialized (
  select
    s.*,
    coalesce(
      sum(octet_length(s.value)) over (order by s.kind, s.at, s.key rows between unbounded preceding and 1 preceding), 0
    ) > 262144 as is_for_next
  from (
    (
      select
        4 as kind, null::bigint as at, r.kind || chr(10) || r.key as key, true as is_change, r.value::text as value,
        r.timestamp_physical, r.timestamp_logical, r.claim_physical, r.claim_logical, r.device_id
      from cuepoint.user_registers r
      where r.user_id = $1::uuid
        and (r.kind, r.key) > (
          case $8::integer when 4 then split_part($9::varchar, chr(10), 1) else '' end collate "C",
          case $8::integer when 4 then split_part($9::varchar, chr(10), 2) else '' end collate "C"
        )
        and (select is_whole from verdict)
      order by r.kind, r.key
      limit (select $10::bigint - (select count(*) from tags) - (select count(*) from registers))
    )
    union all
    (
      select
        5, r.changed_xid::text::bigint, r.kind || chr(10) || r.key, not pg_visible_in_snapshot(r.changed_xid, $2::pg_snapshot), r.value::text as value,
        r.timestamp_physical, r.timestamp_logical, r.claim_physical, r.claim_logical, r.device_id
      from cuepoint.user_registers r
      where r.user_id = $1::uuid
        and r.changed_xid >= '0'
        and (r.changed_xid, r.kind, r.key) > (
          case $8::integer when 5 then $11::bigint::text::xid8 else pg_snapshot_xmin($2::pg_snapshot) end,
          case $8::integer when 5 then split_part($9::varchar, chr(10), 1) else '' end collate "C",
          case $8::integer when 5 then split_part($9::varchar, chr(10), 2) else '' end collate "C"
        )
        and not (select is_whole from verdict)
      order by r.changed_xid, r.kind, r.key
      limit (select $10::bigint - (select count(*) from tags) - (select count(*) from registers))
    )
  ) s
),
-- The texts are one: reading hundreds of rows of many columns is what a driver is slowest at, and JSON is what
-- PostgreSQL is slowest at writing. No id holds a control character, so that two of them can part fields and rows.
page as (
  select
    kind, at, key, is_change,
    concat_ws(
      chr(31), 0, key, content_id,
      coalesce(timestamp_physical::text, ''), coalesce(timestamp_logical::text, ''), coalesce(device_id, ''),
      coalesce(removed_physical::text, ''), coalesce(removed_logical::text, ''), coalesce(removed_by, '')
    ) as text
  from tags
  union all
  select
    kind, at, key, is_change,
    concat_ws(
      chr(31), 1, key, timestamp_physical, timestamp_logical,
      coalesce(claim_physical::text, ''), coalesce(claim_logical::text, ''), device_id,
      position_seconds, duration_seconds, state, is_cleared
    )
  from registers
  union all
  select
    kind, at, key, is_change,
    concat_ws(
      chr(31), 2, split_part(key, chr(10), 1), split_part(key, chr(10), 2),
      timestamp_physical, timestamp_logical,
      coalesce(claim_physical::text, ''), coalesce(claim_logical::text, ''), device_id, coalesce(value, '')
    )
  from said
  where not is_for_next
  order by kind, at, key
  limit $10::bigint - 1
),
-- Where the next page starts: after the last row that was looked at, changed or not.
ending as (
  select kind, at, key
  from page
  where (select count(*) from tags) + (select count(*) from registers) + (select count(*) from said) >= $10::bigint
    or exists (select from said where is_for_next)
  order by kind desc, at desc, key desc
  limit 1
)
select
  here.snapshot::text as seen,
  here.system_identifier::text as system_identifier,
  here.timeline,
  here.incarnation::text as incarnation,
  here.recovered_at_us::text as recovered_at_us,
  extract(epoch from clock_timestamp())::double precision * 1000 as read_at_ms,
  verdict.cursor_refused,
  (select coalesce(string_agg(text, chr(30) order by kind, at, key) filter (where is_change), '') from page) as changes,
  (select kind from ending) as end_kind,
  (select at::text from ending) as end_at,
  (select key from ending) as end_key
from here
cross join verdict;
