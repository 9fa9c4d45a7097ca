select h.id
from cuepoint.hooks h
where h.id = $1::uuid
for no key update
