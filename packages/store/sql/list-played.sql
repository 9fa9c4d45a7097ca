-- Everything that a user played and when, in one text: a row for each would cost more to send than to find. A line a play:
-- content · precision · ms · source · what the catalogue has under this very name: series · season · episode · type of what is in no
-- series · and what the user's own devices say. $2 only these names.
select
  string_agg(
    concat_ws(
      chr(9), p.content_id, coalesce(left(p.watched_precision, 1), 'u'),
      coalesce((date_part('epoch', p.watched_at) * 1000)::bigint, 0), coalesce(p.source, ''),
      coalesce(c.series_id, ''), coalesce(c.season, 2147483647), coalesce(c.episode, 2147483647),
      case when c.series_id is null then coalesce(c.facts ->> 'type', '') else '' end,
      r.value
    ),
    chr(10)
  ) as lines
from cuepoint.user_plays p
left join cuepoint.catalogue_contents c on c.content_id = p.content_id
left join cuepoint.user_registers r
  on r.user_id = p.user_id and r.kind = 'content' and r.key = p.content_id and r.value is not null
where p.user_id = $1::uuid
  and not p.is_removed
  and ($2::varchar[] is null or p.content_id = any($2::varchar[]));
