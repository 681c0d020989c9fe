-- Keeps a row of the file that COPY took though a string is absent from it, or too long; nothing where
-- COPY rejected it.
INSERT INTO :staging_schema.load_refused (
  load_id, dataset, partition_date, line, reason, raw, refused_at
)
SELECT
  CAST(:load_id AS UUID),
  :dataset,
  DATE :day,
  :line,
  :reason,
  :raw,
  CAST(:now AS TIMESTAMP)
FROM :staging_schema.:side_table
WHERE object_id = CAST(:object_id AS UUID)
  AND (
    country = '' OR status = '' OR transaction_type = ''
    OR OCTET_LENGTH(country) > 996
    OR OCTET_LENGTH(status) > 996
    OR OCTET_LENGTH(transaction_type) > 996
  )
LIMIT 1;
