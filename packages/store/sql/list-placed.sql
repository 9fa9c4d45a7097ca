-- What is known of contents $2 under these very names, as list-played.sql has it of plays.
select
  string_agg(
    concat_ws(
      chr(9), names.name,
      coalesce(r.series_id, c.series_id, ''), coalesce(r.value ->> 'season', c.season::text, ''),
      coalesce(r.value ->> 'episode', c.episode::text, ''),
      coalesce(r.value ->> 'type', case when c.series_id is null then c.facts ->> 'type' end, '')
    ),
    chr(10)
  ) as lines
from unnest($2::varchar[]) as names (name)
left join cuepoint.catalogue_contents c on c.content_id = names.name
left join cuepoint.user_registers r
  on r.user_id = $1::uuid and r.kind = 'content' and r.key = names.name and r.value is not null;
