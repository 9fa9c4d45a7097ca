p.play_id, p.content_id, p.watched_precision, p.source,
(extract(epoch from p.watched_at) * 1000)::float8 as watched_ms,
p.timestamp_physical, p.timestamp_logical, p.claim_physical, p.claim_logical, p.device_id,
p.removed_by, p.removed_physical, p.removed_logical
