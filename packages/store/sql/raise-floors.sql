select cuepoint.raise_collection_floors(
  $1::timestamptz, $2::timestamptz, make_interval(secs => $3::float8)
)::integer as users;
