-- Everything of a user that stamping a write on one content looks at, in one snapshot. [SQL5]
select
  (
    select jsonb_build_object(
      'positionSeconds', p.position_seconds, 'durationSeconds', p.duration_seconds,
      'state', p.state, 'physical', p.timestamp_physical, 'logical', p.timestamp_logical,
      'claimPhysical', p.claim_physical, 'claimLogical', p.claim_logical,
      'deviceId', p.device_id, 'isCleared', p.is_cleared
    )
    from cuepoint.user_progress p
    where p.user_id = $1::uuid and p.content_id = $2::varchar
  ) as progress,
  (
    select jsonb_agg(jsonb_build_object(
      'tag', w.unique_tag, 'physical', w.timestamp_physical, 'logical', w.timestamp_logical,
      'deviceId', w.device_id
    ))
    from cuepoint.user_watchlists w
    where w.user_id = $1::uuid and w.content_id = $2::varchar and not w.is_removed
  ) as live_adds,
  (
    select jsonb_build_object('physical', f.collected_physical, 'logical', f.collected_logical)
    from cuepoint.user_floors f
    where f.user_id = $1::uuid
  ) as floor,
  (
    select e.erased_physical from cuepoint.user_erasures e where e.user_id = $1::uuid
  ) as erased_physical;
