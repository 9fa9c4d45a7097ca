alter table cuepoint.user_registers drop column engaged_ms, drop column series_id;
