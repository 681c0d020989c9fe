-- Only what a window may still need stands in the index that it is rebuilt through: in a backlog that is
-- hardly any row, and an index of all rows took a quarter of PostgreSQL's processor time for a row.

-- First, as in the transaction that lands a batch: one that an older finpipe has begun would hold this
-- table and wait for the others, while this holds those and waits for it.
LOCK TABLE finpipe.source_partitions IN ACCESS EXCLUSIVE MODE;

ALTER TABLE stg.transactions
  -- Whether the window of its source partition remembered it when its batch was committed: it was sent
  -- at or above the watermark that the batch left. Watermarks only grow, so no window needs another row.
  -- No window holds what a replay landed.
  ADD COLUMN in_window boolean NOT NULL DEFAULT false;

ALTER TABLE stg.currencies
  ADD COLUMN in_window boolean NOT NULL DEFAULT false;

-- What the windows remember now.
UPDATE stg.transactions AS landed
SET in_window = true
FROM finpipe.source_partitions AS source
WHERE landed.source_id = source.id
  AND landed.sent_dttm >= coalesce(source.watermark, '-infinity');

UPDATE stg.currencies AS landed
SET in_window = true
FROM finpipe.source_partitions AS source
WHERE landed.source_id = source.id
  AND landed.sent_dttm >= coalesce(source.watermark, '-infinity');

DROP INDEX stg.transactions_by_source;
DROP INDEX stg.currencies_by_source;
CREATE INDEX transactions_by_window ON stg.transactions (source_id, sent_dttm) WHERE in_window;
CREATE INDEX currencies_by_window ON stg.currencies (source_id, sent_dttm) WHERE in_window;

-- An older finpipe that still runs would land rows that stand in no window. It cannot: each of its
-- batches sets updated_at first.
ALTER TABLE finpipe.source_partitions RENAME COLUMN updated_at TO moved_at;
