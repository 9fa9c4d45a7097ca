insert into cuepoint.hook_viewings (hook_id, item, device, viewing)
values ($1::uuid, $2::text, $3::text, $4::jsonb)
on conflict (hook_id, item) do update
set device = excluded.device, viewing = excluded.viewing, updated_at = excluded.updated_at
