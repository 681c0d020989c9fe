-- Where finpipe notes which migrations were applied. Safe to run any number of times.
CREATE TABLE IF NOT EXISTS finpipe.migrations (
  version integer PRIMARY KEY,
  name text NOT NULL,
  applied_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
