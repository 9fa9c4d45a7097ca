  -- As the columns `title_key` have it.
  select distinct left(btrim(regexp_replace(lower(regexp_replace(normalize(regexp_replace(
    t.title, ' \([0-9]{4}\)$', ''), NFKD), '[\u0300-\u036f]', '', 'g')),
    '[^a-z0-9\u00df-\u00f6\u00f8-\u02af\u0370-\u1fff\u2c00-\u2dff\u3005-\u3007\u3041-\ud7ff\uf900-\ufdff]+', ' ', 'g')), 200) as title_key
  from unnest($6::text[]) as t (title)
