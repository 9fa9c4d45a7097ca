select r.receipt
from cuepoint.hook_receipts r
join cuepoint.hooks h on h.id = r.hook_id
where h.user_id = $1::uuid and h.id = $2::uuid
order by r.id desc
limit $3::integer
