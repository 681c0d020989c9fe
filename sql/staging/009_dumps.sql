-- The last dump of each dataset and day, as its manifest has it, and where its files are
-- (docs/contract.md, section 9). Written after the files are published.
CREATE TABLE finpipe.dumps (
  dataset       text      NOT NULL CHECK (dataset IN ('transactions', 'currencies')),
  day           date      NOT NULL,
  sha256        text      NOT NULL,
  rows          bigint    NOT NULL,
  -- Rows of the day in staging, before one per object_id.
  staged_rows   bigint    NOT NULL,
  bytes         bigint    NOT NULL,
  control_total numeric   NOT NULL,
  -- One id for all that was read from one snapshot of staging.
  snapshot      text      NOT NULL,
  -- Of each source partition how far the snapshot contained it, and its rows of the day: JSON.
  sources       text      NOT NULL,
  complete      boolean,
  created_at    timestamp NOT NULL,
  version       text      NOT NULL,
  host          text      NOT NULL,
  work_dir      text      NOT NULL,
  PRIMARY KEY (dataset, day)
);
