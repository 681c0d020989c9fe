-- Which topic a position is of, and windows that outlive a topic.

ALTER TABLE finpipe.source_partitions
  -- Of a topic: Kafka's id of it, as its tools write it; NULL where none was seen yet.
  ADD COLUMN topic_id text,
  -- Where a topic was recreated, its offsets begin anew. This is added to them in the window, which
  -- goes on: it is the sum of the positions that were left so.
  ADD COLUMN window_base bigint NOT NULL DEFAULT 0;

ALTER TABLE finpipe.lost_ranges
  DROP CONSTRAINT lost_ranges_cause_check,
  -- recreated: from_offset and to_offset are equal where nobody can say how much was not read.
  -- truncated: the topic is the same, and its log ended before the position.
  ADD CONSTRAINT lost_ranges_cause_check CHECK (cause IN ('deleted', 'recreated', 'truncated')),
  -- The topic in which reading went on.
  ADD COLUMN topic_id text,
  -- Where the offsets begin anew: window_base from there on, and the greatest landing_id of each table
  -- that a version of the window had before. NULL where they go on.
  ADD COLUMN window_base bigint,
  ADD COLUMN last_transaction bigint,
  ADD COLUMN last_currency bigint;
