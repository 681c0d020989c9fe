-- The counters of each source partition, beside what is counted anew: its rows by landed_days, and its
-- rejected messages. One without counters is not among the sources, and has NULLs.
SELECT
  coalesce(partitions.source, rejected.source) AS source,
  coalesce(partitions.partition, rejected.partition, 0) AS partition,
  partitions.messages_read,
  partitions.transactions,
  partitions.currencies,
  partitions.rejected,
  partitions.duplicates,
  coalesce(landed.transactions, 0)::bigint AS landed_transactions,
  coalesce(landed.currencies, 0)::bigint AS landed_currencies,
  coalesce(rejected.messages, 0) AS stored_rejected
FROM finpipe.source_partitions AS partitions
FULL JOIN (
  SELECT
    source_id AS id,
    sum(rows) FILTER (WHERE dataset = 'transactions') AS transactions,
    sum(rows) FILTER (WHERE dataset = 'currencies') AS currencies
  FROM finpipe.landed_days
  WHERE source_id <> 0
  GROUP BY source_id
) AS landed USING (id)
FULL JOIN (
  SELECT source, partition, count(*) AS messages FROM stg.rejected GROUP BY source, partition
) AS rejected
  ON rejected.source = partitions.source AND rejected.partition = partitions.partition
ORDER BY 1, 2, id;
