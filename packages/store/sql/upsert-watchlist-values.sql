-- The merge of upsert-watchlist.sql over a list of values. The rows that a floor or an erasure refuses are left
-- out before. [ORS1] [ORS3] [ORS4] [SQL2] [CUR4]
-- Rows come merged by key and sorted. [SQL4] A row that is not returned lost.
insert into cuepoint.user_watchlists as t (
  user_id, content_id, unique_tag, timestamp_physical, timestamp_logical, device_id,
  is_removed, created_at, removed_at, removed_by, removed_physical, removed_logical, changed_xid
)
values
  (
    $1::uuid, $2::varchar, $3::varchar, $4::bigint, $5::integer, $6::varchar,
    $7::boolean, $8::timestamptz, $9::timestamptz, $10::varchar, $11::bigint, $12::integer, $13::xid8
  )
include fragments/merge-watchlist.sql
returning user_id, unique_tag, is_removed;
