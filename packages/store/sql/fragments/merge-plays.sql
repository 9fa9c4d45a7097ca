on conflict (user_id, play_id) do update
set content_id = coalesce(t.content_id, excluded.content_id),
    watched_at = case when t.timestamp_physical is null then excluded.watched_at else t.watched_at end,
    watched_precision = case
      when t.timestamp_physical is null then excluded.watched_precision
      else t.watched_precision
    end,
    source = case when t.timestamp_physical is null then excluded.source else t.source end,
    claim_physical = case when t.timestamp_physical is null then excluded.claim_physical else t.claim_physical end,
    claim_logical = case when t.timestamp_physical is null then excluded.claim_logical else t.claim_logical end,
    timestamp_physical = coalesce(t.timestamp_physical, excluded.timestamp_physical),
    timestamp_logical = coalesce(t.timestamp_logical, excluded.timestamp_logical),
    device_id = coalesce(t.device_id, excluded.device_id),
    include fragments/set-removal.sql
    changed_xid = excluded.changed_xid
where
  include fragments/is-news.sql
