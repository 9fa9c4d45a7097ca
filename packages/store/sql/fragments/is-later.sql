-- Of two writes to one register the later claim stays; of equal claims the greater stamp. [LWW1]
(
  coalesce(t.claim_physical, t.timestamp_physical), coalesce(t.claim_logical, t.timestamp_logical),
  t.timestamp_physical, t.timestamp_logical, t.device_id collate "C"
) < (
  coalesce(excluded.claim_physical, excluded.timestamp_physical),
  coalesce(excluded.claim_logical, excluded.timestamp_logical),
  excluded.timestamp_physical, excluded.timestamp_logical, excluded.device_id collate "C"
)
