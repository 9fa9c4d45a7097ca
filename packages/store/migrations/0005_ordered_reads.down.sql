drop index cuepoint.idx_progress_user;
drop index cuepoint.idx_watchlists_user;
alter table cuepoint.user_progress drop column changed_until, drop column recent_ms, drop column shelf;
create index idx_progress_user on cuepoint.user_progress (user_id) where not is_cleared;
create index idx_watchlists_user on cuepoint.user_watchlists (user_id) where not is_removed;
