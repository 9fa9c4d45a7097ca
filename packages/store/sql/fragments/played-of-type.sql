  from cuepoint.user_plays p
  left join cuepoint.catalogue_contents c on c.content_id = p.content_id
  left join cuepoint.user_registers r
    on r.user_id = p.user_id and r.kind = 'content' and r.key = p.content_id and r.value is not null
  where p.user_id = $1::uuid
    and not p.is_removed
    and coalesce(p.watched_at, '-infinity') >= $2::timestamptz
    and coalesce(p.watched_at, '-infinity') <= $3::timestamptz
    and ($4::varchar[] is null or p.content_id = any($4::varchar[]))
    and not p.play_id = any($5::uuid[])
    -- What is known under another name only is in $7.
    and (
      p.content_id = any($7::varchar[])
      or coalesce(r.value ->> 'type', c.facts ->> 'type') = any($6::varchar[])
    )
