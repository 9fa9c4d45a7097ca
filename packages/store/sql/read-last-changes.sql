-- When a user's things changed last, each from the end of an index. Of positions the last few: those that play are
-- indexed by a bound. A register is when it was said.
select
  (
    select greatest(p.created_at, p.removed_at)
    from cuepoint.user_plays p
    where p.user_id = $1::uuid and p.changed_xid >= '0'::xid8
    order by p.changed_xid desc, p.play_id desc
    limit (select 1)
  ) as played_at,
  (
    select max(last.updated_at)
    from (
      select g.updated_at
      from cuepoint.user_progress g
      where g.user_id = $1::uuid and g.changed_until >= 0
      order by g.changed_until desc, g.content_id desc
      limit (select 64)
    ) last
  ) as paused_at,
  (
    select greatest(w.created_at, w.removed_at)
    from cuepoint.user_watchlists w
    where w.user_id = $1::uuid and w.changed_xid >= '0'::xid8
    order by w.changed_xid desc, w.unique_tag desc
    limit (select 1)
  ) as watchlisted_at,
  (
    select max(last.updated_at)
    from (
      select m.updated_at
      from cuepoint.user_registers m
      where m.user_id = $1::uuid and m.engaged_ms is not null
      order by m.engaged_ms desc, m.key desc
      limit (select 1)
    ) last
  ) as marked_at,
  (
    select jsonb_object_agg(said.kind, (extract(epoch from said.updated_at) * 1000)::bigint)
    from (
      select r.kind, max(r.updated_at) as updated_at
      from cuepoint.user_registers r
      where r.user_id = $1::uuid and r.kind in ('rating', 'favorite', 'dismissed', 'x-trakt.hidden')
      group by r.kind
    ) said
  ) as said;
