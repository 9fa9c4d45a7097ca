drop table cuepoint.hook_viewings;
drop table cuepoint.hook_receipts;
drop table cuepoint.hooks;
