-- Keeps what COPY rejected, at most :kept of it, before the session ends and the temporary table with
-- it. :rows_before is how many rows of the file stand before those of this session. A row whose number
-- could not be determined has -1.
INSERT INTO :staging_schema.load_refused (
  load_id, dataset, partition_date, line, reason, raw, refused_at
)
SELECT
  CAST(:load_id AS UUID),
  :dataset,
  DATE :day,
  CASE WHEN row_number > 0 THEN :rows_before + row_number END,
  LEFT(rejected_reason, 250),
  COALESCE(rejected_data, ''),
  CAST(:now AS TIMESTAMP)
FROM :rejected_table
ORDER BY row_number
LIMIT :kept;
