-- What a user played of which nothing is known under this very name.
select distinct p.content_id
from cuepoint.user_plays p
left join cuepoint.catalogue_contents c on c.content_id = p.content_id
left join cuepoint.user_registers r
  on r.user_id = p.user_id and r.kind = 'content' and r.key = p.content_id and r.value is not null
where p.user_id = $1::uuid and not p.is_removed and c.content_id is null and r.key is null;
