-- What prune took out of staging (docs/contract.md, section 9): landed = taken out + in staging.
-- finpipe.landed_days stays as it is, so that the counters of a source partition keep adding up.
CREATE TABLE finpipe.pruned_days (
  -- As in finpipe.landed_days. 0 is there for both datasets of each day, also where nothing was replayed:
  -- a day is pruned as a whole, and it says that it was.
  source_id integer   NOT NULL,
  dataset   text      NOT NULL CHECK (dataset IN ('transactions', 'currencies')),
  day       date      NOT NULL,
  rows      bigint    NOT NULL CHECK (rows >= 0),
  pruned_at timestamp NOT NULL,
  version   text      NOT NULL,
  PRIMARY KEY (dataset, day, source_id)
);
