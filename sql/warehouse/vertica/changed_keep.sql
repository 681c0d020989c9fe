-- Keeps a row of the file that COPY took though a string is absent from it, or too long; nothing where COPY
-- rejected it. :load_id, :object_id, :line, :reason, :raw the row, :now the time; the day on the example of
-- 2022-10-01.
INSERT INTO finpipe_staging.load_refused (
  load_id, dataset, partition_date, line, reason, raw, refused_at
)
SELECT
  CAST(:load_id AS UUID),
  'transactions',
  DATE '2022-10-01',
  :line,
  :reason,
  :raw,
  CAST(:now AS TIMESTAMP)
FROM finpipe_staging.transactions_load_0123456789ab
WHERE object_id = CAST(:object_id AS UUID)
  AND (
    country = '' OR status = '' OR transaction_type = ''
    OR OCTET_LENGTH(country) > 996
    OR OCTET_LENGTH(status) > 996
    OR OCTET_LENGTH(transaction_type) > 996
  )
LIMIT 1;
