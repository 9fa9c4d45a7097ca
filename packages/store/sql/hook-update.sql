update cuepoint.hooks
set
  label = coalesce($3::text, label),
  accepted_users = coalesce($4::jsonb, accepted_users)
where user_id = $1::uuid and id = $2::uuid
returning id, user_id, source, label, accepted_users, created_at, last_used_at
