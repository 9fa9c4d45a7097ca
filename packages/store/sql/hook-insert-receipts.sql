insert into cuepoint.hook_receipts (hook_id, receipt)
select h.id, given.receipt
from cuepoint.hooks h
cross join lateral jsonb_array_elements($2::jsonb) with ordinality as given (receipt, place)
where h.id = $1::uuid
order by given.place
