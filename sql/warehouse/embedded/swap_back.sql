-- The undo table and its record are the day's again, on the example of the transactions of
-- 2022-10-01.
ALTER TABLE finpipe_staging.transactions_undo RENAME TO transactions_20221001;
ALTER TABLE finpipe_staging.transactions
  ATTACH PARTITION finpipe_staging.transactions_20221001
  FOR VALUES FROM (DATE '2022-10-01') TO (DATE '2022-10-01' + 1);
INSERT INTO finpipe_staging.loads (
  dataset, partition_date, load_id, sha256, manifest_rows, manifest_control_total,
  rows, refused, control_total, loaded_at, version, core_stale, mart_stale
)
SELECT
  dataset, partition_date, load_id, sha256, manifest_rows, manifest_control_total,
  rows, refused, control_total, loaded_at, version, true, true
FROM finpipe_staging.load_undo
WHERE dataset = 'transactions';
