-- How many plays a history of some types has. $2, $3 from and to, both included; $4 only of these; $5 without these; $6 types; $7 names.
select count(*)::float8 as plays
include fragments/played-of-type.sql
;
