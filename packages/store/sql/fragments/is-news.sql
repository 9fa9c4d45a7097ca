-- An add appears, a removal appears, or its stamp gets less.
(t.timestamp_physical is null and excluded.timestamp_physical is not null)
or (excluded.is_removed and not t.is_removed)
or (excluded.removed_physical, excluded.removed_logical, excluded.removed_by collate "C")
  < (t.removed_physical, t.removed_logical, t.removed_by collate "C")
