-- Where finpipe notes which migrations were applied. Safe to run any number of times.
CREATE TABLE IF NOT EXISTS finpipe.migrations (
  version integer PRIMARY KEY,
  name text NOT NULL,
  applied_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

-- Which of the finpipes that still run the schema stops, when it is newer than they are: 'nothing',
-- 'writers', or 'readers' as well. A record that was made before there was this column has it empty.
ALTER TABLE finpipe.migrations ADD COLUMN IF NOT EXISTS breaks text;
