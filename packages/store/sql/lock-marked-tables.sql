-- What an erasure waits for, ahead of reading what it leaves behind.
lock table cuepoint.user_progress, cuepoint.user_watchlists, cuepoint.user_registers, cuepoint.user_plays in row exclusive mode;
