-- What instances on this schema share and nobody else knows.
select feed_secret from cuepoint.sync_state
