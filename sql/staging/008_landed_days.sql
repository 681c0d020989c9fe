-- How many rows were landed for each day, kept in the transaction that lands them (docs/contract.md,
-- section 9): what is known of a day costs what the days cost, never what its rows do.

-- First, as in the transaction that lands a batch: one that an older finpipe has begun would hold these
-- tables and wait for the others, while this holds those and waits for it.
LOCK TABLE finpipe.source_partitions IN ACCESS EXCLUSIVE MODE;
LOCK TABLE stg.transactions, stg.currencies IN ACCESS EXCLUSIVE MODE;

CREATE TABLE finpipe.landed_days (
  -- Of finpipe.source_partitions; 0 for rows that a replay landed, which come from no source.
  source_id integer NOT NULL,
  dataset   text    NOT NULL CHECK (dataset IN ('transactions', 'currencies')),
  day       date    NOT NULL,
  -- All versions, before one per object_id.
  rows      bigint  NOT NULL CHECK (rows > 0),
  -- Processes never wait for each other: a source partition is landed by one at a time.
  PRIMARY KEY (dataset, day, source_id)
) WITH (fillfactor = 50);

-- What stands by now.
INSERT INTO finpipe.landed_days (source_id, dataset, day, rows)
SELECT coalesce(source_id, 0), 'transactions', transaction_dt::date, count(*)
FROM stg.transactions
GROUP BY coalesce(source_id, 0), transaction_dt::date
UNION ALL
SELECT coalesce(source_id, 0), 'currencies', date_update::date, count(*)
FROM stg.currencies
GROUP BY coalesce(source_id, 0), date_update::date;

-- An older finpipe that still runs would land rows that are not counted. It cannot: each of its batches
-- sets forgotten first, and each of its replays rejected_id. No query that only reads names either.
ALTER TABLE finpipe.source_partitions RENAME COLUMN forgotten TO forgotten_versions;
ALTER TABLE stg.transactions RENAME COLUMN rejected_id TO replayed_id;
ALTER TABLE stg.currencies RENAME COLUMN rejected_id TO replayed_id;
