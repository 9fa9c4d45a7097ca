-- Last writer wins on one register: KEYS[1] is its hash. The stamp is the timestamp in its text form, which
-- sorts as the order does, then the device by bytes. Answers 1 when the write was stored, else 0.
local stored = redis.call('HMGET', KEYS[1], 'timestamp', 'device_id')
if stored[1] then
  local timestamp, device = stored[1], stored[2]
  if ARGV[4] < timestamp or (ARGV[4] == timestamp and ARGV[5] <= device) then
    return 0
  end
end
redis.call('HSET', KEYS[1],
  'position_seconds', ARGV[1], 'duration_seconds', ARGV[2], 'state', ARGV[3],
  'timestamp', ARGV[4], 'device_id', ARGV[5], 'updated_at', ARGV[6], 'is_cleared', '0')
return 1
