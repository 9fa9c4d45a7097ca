-- Positions order by what a person did last: docs/decisions/0039-claims.md
--
-- Not compatible with older code, which would write over a register without its claim.

alter table cuepoint.user_progress
  -- The act that a timer's report continues; null where the write is that act. [CLM2]
  add column claim_physical bigint,
  add column claim_logical integer,
  -- Of the rows that are there it holds, since they have none: they need not be read for it.
  add constraint user_progress_claim_before_timestamp check (
    (claim_physical is null) = (claim_logical is null)
    and claim_physical between 0 and timestamp_physical
    and claim_logical between 0 and 65535
  ) not valid;
