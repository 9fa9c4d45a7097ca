select catch_up from cuepoint.sync_state;
