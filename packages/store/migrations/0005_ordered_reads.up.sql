-- compatible-from: 1
--
-- Indexes that carry the order of each read, so that a page costs its own rows. The table of progress is written anew,
-- once. What a register at rest is filed under is exact; while it plays it is the end of a stretch, so that a report
-- of a timer touches no index: docs/decisions/0032-reads-cost-what-they-return.md

alter table cuepoint.user_progress
  -- What is listed together: 0 not begun, 1 in progress, 2 finished as isFinished of core has it; 3 more while it plays.
  -- [LWW5]
  add column shelf smallint not null generated always as (
    case
      when position_seconds = 0 then 0
      -- The threshold of is_completed, in whole numbers: a call of the function would cost every write more than all else here.
      when duration_seconds > 0 and position_seconds::bigint * 10 >= duration_seconds::bigint * 9
        and (duration_seconds <= 3600 or duration_seconds - position_seconds <= 300) then 2
      else 1
    end + case when state = 'playing' then 3 else 0 end
  ) stored,
  -- Never before the time of the stamp, in ms; stretches of 262,144 ms while it plays.
  add column recent_ms bigint not null generated always as (
    case when state = 'playing' then timestamp_physical | 262143 else timestamp_physical end
  ) stored;

-- Those by change say a condition that always holds: only a statement that says it too may use them. Without statistics
-- every index that begins with the user costs the planner the same, and one row would be looked for among all.
drop index cuepoint.idx_progress_user;
create index idx_progress_user on cuepoint.user_progress (user_id, shelf, recent_ms, content_id)
  where not is_cleared;
drop index cuepoint.idx_watchlists_user;

do $$
begin
  -- As catch-up-switch.ts has it: by version the stretches are of one user.
  if (select s.catch_up from cuepoint.sync_state s) = 'counter' then
    alter table cuepoint.user_progress add column changed_until bigint not null generated always as (
      case when state = 'playing' then changed_version | 63 else changed_version end
    ) stored;
    create index idx_watchlists_user on cuepoint.user_watchlists (user_id, changed_version, unique_tag)
      where changed_version >= 0;
  else
    -- Never before the transaction that changed the row last. [CUR1]
    alter table cuepoint.user_progress add column changed_until bigint not null generated always as (
      case when state = 'playing' then changed_xid::text::bigint | 16383 else changed_xid::text::bigint end
    ) stored;
    create index idx_watchlists_user on cuepoint.user_watchlists (user_id, changed_xid, unique_tag)
      where changed_xid >= '0';
  end if;
end;
$$;

create index idx_progress_changed on cuepoint.user_progress (user_id, changed_until, content_id)
  where changed_until >= 0;
