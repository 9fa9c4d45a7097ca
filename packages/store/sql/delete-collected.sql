-- Times are the database's, which is one for all instances, where none is given.
select cuepoint.delete_collected_tombstones(
  coalesce($1::timestamptz, clock_timestamp()),
  coalesce($1::timestamptz, clock_timestamp()) - make_interval(secs => $2::float8),
  make_interval(secs => $3::float8),
  $4::bigint
)::integer as deleted;
