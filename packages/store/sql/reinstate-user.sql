-- An import is the operator's word that an erased user is back: older stamps count again. The row stays,
-- so that cursors from before the erasure still get the whole state. [CUR2]
update cuepoint.user_erasures set erased_physical = 0 where user_id = $1::uuid;
