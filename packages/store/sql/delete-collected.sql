select cuepoint.delete_collected_tombstones(
  $1::timestamptz, $2::timestamptz, make_interval(secs => $3::float8), $4::bigint
)::integer as deleted;
