-- Everything that a user marked as watched, or as not, in one text. A line a mark: content · m or n · claim · when it was watched.
-- $2 only these names. $3 all of them, else without those that say that what was played under this name is watched.
select
  string_agg(
    concat_ws(
      chr(9), m.key, case when m.value is null then 'n' else 'm' end,
      coalesce(m.claim_physical, m.timestamp_physical), m.value ->> 'at'
    ),
    chr(10)
  ) as lines
from cuepoint.user_registers m
where m.user_id = $1::uuid
  and m.kind = 'watched'
  and ($2::varchar[] is null or m.key = any($2::varchar[]))
  and (
    $3::boolean
    or m.value is null
    or not exists (
      select from cuepoint.user_plays p
      where p.user_id = $1::uuid and p.content_id = m.key and not p.is_removed
    )
  );
