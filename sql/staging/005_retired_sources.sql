-- Partitions of topics that nobody reads any more do not keep a day from being complete.
ALTER TABLE finpipe.source_partitions
  -- When it was retired, UTC; NULL again as soon as it is read on.
  ADD COLUMN retired_at timestamp;
