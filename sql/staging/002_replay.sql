-- Rejected messages that are sent through the checks once more, and topics that were read to their
-- end.

-- A row that a replay landed names its stg.rejected.id instead of a place in a source: no window
-- holds it and no counter of a source partition counts it. Source, partition and position stand in
-- stg.rejected. Rows landed before this satisfy the check, so it need not read them.
ALTER TABLE stg.transactions
  ADD COLUMN rejected_id bigint,
  ALTER COLUMN source_id DROP NOT NULL,
  ALTER COLUMN position DROP NOT NULL,
  ADD CONSTRAINT read_or_replayed CHECK (
    (source_id IS NULL) <> (rejected_id IS NULL) AND (position IS NULL) = (source_id IS NULL)
  ) NOT VALID;

ALTER TABLE stg.currencies
  ADD COLUMN rejected_id bigint,
  ALTER COLUMN source_id DROP NOT NULL,
  ALTER COLUMN position DROP NOT NULL,
  ADD CONSTRAINT read_or_replayed CHECK (
    (source_id IS NULL) <> (rejected_id IS NULL) AND (position IS NULL) = (source_id IS NULL)
  ) NOT VALID;

-- Where nothing more comes, no message moves a watermark on: then the clock does.
ALTER TABLE finpipe.source_partitions
  -- Of a topic: the last time (UTC) up to which all that it held had been landed. It is the time at
  -- which the end was asked for, not that at which it was reached.
  ADD COLUMN end_seen_at timestamp,
  -- Milliseconds between the greatest sent time and the watermark, as it was read with last.
  ADD COLUMN watermark_delay bigint NOT NULL DEFAULT 300000;
