-- Whether anybody ever said what contents are. It costs a row. [OPS3]
select exists (select 1 from cuepoint.catalogue_contents) or exists (select 1 from cuepoint.catalogue_aliases) as is_there;
