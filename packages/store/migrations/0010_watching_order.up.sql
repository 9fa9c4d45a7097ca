-- compatible-from: 7
--
-- What Continue Watching reads by: a page of it costs its own groups. docs/decisions/0041-continue-watching.md [OPS3]

alter table cuepoint.user_registers
  -- When a person did it, in ms, of the kinds that a list is ordered by; null of all others, which no index of it holds. [CW2]
  add column engaged_ms bigint generated always as (
    case when kind in ('watched', 'rewatch') then coalesce(claim_physical, timestamp_physical) end
  ) stored,
  -- The series that a user's device says a content is in.
  add column series_id varchar(255) collate "C" generated always as (
    case when kind = 'content' then value ->> 'seriesId' end
  ) stored;

create index idx_registers_engaged on cuepoint.user_registers (user_id, engaged_ms, key)
  where engaged_ms is not null;
create index idx_registers_series on cuepoint.user_registers (user_id, series_id, key)
  where series_id is not null;
