on conflict (user_id, unique_tag) do update
set content_id = case
      when t.timestamp_physical is not null then t.content_id
      when excluded.timestamp_physical is not null then excluded.content_id
      when (excluded.removed_physical, excluded.removed_logical, excluded.removed_by collate "C")
        < (t.removed_physical, t.removed_logical, t.removed_by collate "C")
        then excluded.content_id
      else t.content_id
    end,
    timestamp_physical = coalesce(t.timestamp_physical, excluded.timestamp_physical),
    timestamp_logical = coalesce(t.timestamp_logical, excluded.timestamp_logical),
    device_id = coalesce(t.device_id, excluded.device_id),
    include fragments/set-removal.sql
    changed_xid = excluded.changed_xid
where
  include fragments/is-news.sql
