insert into cuepoint.user_erasures as t (user_id, erased_physical, erased_at, changed_xid)
values ($1::uuid, $2::bigint, $3::timestamptz, $4::xid8)
on conflict (user_id) do update
set erased_physical = greatest(t.erased_physical, excluded.erased_physical),
    erased_at = excluded.erased_at,
    changed_xid = excluded.changed_xid;
