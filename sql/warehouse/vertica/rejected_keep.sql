-- Keeps what COPY rejected, before the session ends and the temporary table with it.
-- :load_id, :dataset, :now the time, :kept how many at most, :rows_before how many rows of the file stand
-- before those of this session; the day on the example of 2022-10-01. A row whose number could not be
-- determined has -1.
INSERT INTO finpipe_staging.load_refused (
  load_id, dataset, partition_date, line, reason, raw, refused_at
)
SELECT
  CAST(:load_id AS UUID),
  :dataset,
  DATE '2022-10-01',
  CASE WHEN row_number > 0 THEN :rows_before + row_number END,
  LEFT(rejected_reason, 250),
  COALESCE(rejected_data, ''),
  CAST(:now AS TIMESTAMP)
FROM finpipe_rejected_0123456789ab
ORDER BY row_number
LIMIT :kept;
