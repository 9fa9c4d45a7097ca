-- compatible-from: 1
--
-- Instances seal with it what they tell each other: who may only connect to the database or the broker
-- neither reads it nor forges it.
alter table cuepoint.sync_state
  add column feed_secret text not null
    default gen_random_uuid()::text || gen_random_uuid()::text;
