-- What a person did last is forgotten: from here on positions order by when they were reported.
alter table cuepoint.user_progress drop column claim_physical, drop column claim_logical;
