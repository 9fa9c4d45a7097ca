drop table cuepoint.account_attempts;
drop table cuepoint.account_device_codes;
drop table cuepoint.account_refresh_tokens;
drop table cuepoint.account_sign_ins;
drop table cuepoint.account_profiles;
drop table cuepoint.accounts;
drop table cuepoint.account_state;
