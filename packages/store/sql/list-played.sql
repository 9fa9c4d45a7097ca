-- Everything that a user played and when, in one text: a row for each would cost more to send than to find. A line a play:
-- content · precision · ms · source · series · season · episode · type, as they are known under this very name: by the user's own devices,
-- else by the catalogue, of which what is in a series is an episode. $2 only these names.
select
  string_agg(
    concat_ws(
      chr(9), p.content_id, coalesce(left(p.watched_precision, 1), 'u'),
      coalesce((date_part('epoch', p.watched_at) * 1000)::bigint, 0), coalesce(p.source, ''),
      coalesce(r.series_id, c.series_id, ''), coalesce(r.value ->> 'season', c.season::text, ''),
      coalesce(r.value ->> 'episode', c.episode::text, ''),
      coalesce(r.value ->> 'type', case when c.series_id is null then c.facts ->> 'type' end, '')
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
