-- The ledger of backfills (docs/contract.md, section 9): a journal of what was tried. What is done or
-- stale is never read from it, but from what stands.

CREATE TABLE finpipe.backfills (
  id         integer   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- As it was typed.
  command    text      NOT NULL,
  -- Run dates; NULL where none were asked for.
  from_date  date,
  to_date    date,
  host       text      NOT NULL,
  pid        integer   NOT NULL,
  version    text      NOT NULL,
  started_at timestamp NOT NULL,
  -- Both NULL while it runs, and for good where its process died.
  ended_at   timestamp,
  exit_code  integer
);

CREATE TABLE finpipe.attempts (
  id          bigint    GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  backfill_id integer   NOT NULL,
  -- 1 for the first attempt of the backfill: what was sent twice is one attempt.
  ordinal     integer   NOT NULL,
  run_date    date      NOT NULL,
  partition   date      NOT NULL,
  step        text      NOT NULL,
  -- 1 for the first try of the step of this date, 2 for its first retry.
  number      integer   NOT NULL,
  -- One that is running, and whose backfill's lock nobody holds, was interrupted.
  state       text      NOT NULL CHECK (state IN ('running', 'done', 'failed', 'interrupted')),
  started_at  timestamp NOT NULL,
  -- NULL while it runs, and for good where its process died.
  ended_at    timestamp,
  rows        bigint,
  bytes       bigint,
  version     text      NOT NULL,
  host        text      NOT NULL,
  pid         integer   NOT NULL,
  exit_code   integer,
  message     text,
  -- What stood for the step when the attempt began, only to be compared; NULL for nothing.
  stood       text,
  UNIQUE (backfill_id, ordinal)
);

-- Finds the last attempt of each step of each day.
CREATE INDEX attempts_by_day ON finpipe.attempts (partition, step, id);

-- Finds what a dead process left.
CREATE INDEX attempts_running ON finpipe.attempts (backfill_id) WHERE state = 'running';
