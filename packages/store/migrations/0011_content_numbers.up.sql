-- compatible-from: 1
--
-- What programs call a content that know works by small numbers alone, as Trakt's API has them. Of no user, like the
-- catalogue: a number is given once, and means the same for ever, on every instance. docs/decisions/0045-trakt.md

create table cuepoint.content_numbers (
  number integer generated always as identity primary key,
  -- A content id, or a name that is made of one: a season has none.
  name varchar(300) collate "C" not null unique
);
