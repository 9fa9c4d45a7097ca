select
  s.signing_key,
  s.set_up_nonce,
  exists (select from cuepoint.accounts) as has_accounts
from cuepoint.account_state s
