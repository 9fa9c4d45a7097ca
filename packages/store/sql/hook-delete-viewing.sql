delete from cuepoint.hook_viewings
where hook_id = $1::uuid and item = $2::text
