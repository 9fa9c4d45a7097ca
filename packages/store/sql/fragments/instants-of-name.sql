      -- Times of the plays of one name, those known to the instant.
      select coalesce(p.watched_at, '-infinity') as at
      from cuepoint.user_plays p
      where p.user_id = $1::uuid
        and not p.is_removed
        and p.content_id = n.name
        and p.watched_precision = 'instant'
