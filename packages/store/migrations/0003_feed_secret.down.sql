alter table cuepoint.sync_state drop column feed_secret;
