-- Of two removals the one with the less stamp stays. [ORS4]
is_removed = t.is_removed or excluded.is_removed,
removed_at = coalesce(t.removed_at, excluded.removed_at),
removed_by = case
  when t.removed_by is null
    or (excluded.removed_physical, excluded.removed_logical, excluded.removed_by collate "C")
      < (t.removed_physical, t.removed_logical, t.removed_by collate "C")
    then excluded.removed_by
  else t.removed_by
end,
removed_physical = case
  when t.removed_by is null
    or (excluded.removed_physical, excluded.removed_logical, excluded.removed_by collate "C")
      < (t.removed_physical, t.removed_logical, t.removed_by collate "C")
    then excluded.removed_physical
  else t.removed_physical
end,
removed_logical = case
  when t.removed_by is null
    or (excluded.removed_physical, excluded.removed_logical, excluded.removed_by collate "C")
      < (t.removed_physical, t.removed_logical, t.removed_by collate "C")
    then excluded.removed_logical
  else t.removed_logical
end,
