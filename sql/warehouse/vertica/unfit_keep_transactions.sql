-- Keeps rows that COPY took though they break a rule of the contract: checks of a table would fail the
-- whole COPY.
INSERT INTO :staging_schema.load_refused (
  load_id, dataset, partition_date, line, reason, raw, refused_at
)
SELECT
  CAST(:load_id AS UUID),
  :dataset,
  DATE :day,
  NULL,
  CASE
    WHEN currency_code BETWEEN 0 AND 999 THEN 'not of the day'
    ELSE 'currency_code: not 0 to 999'
  END,
  CAST(object_id AS VARCHAR) || ',' || CAST(sent_dttm AS VARCHAR) || ','
  || CAST(operation_id AS VARCHAR) || ',' || CAST(account_number_from AS VARCHAR) || ','
  || CAST(account_number_to AS VARCHAR) || ',' || CAST(currency_code AS VARCHAR) || ',"'
  || REPLACE(country, '"', '""') || '","' || REPLACE(status, '"', '""') || '","'
  || REPLACE(transaction_type, '"', '""') || '",' || CAST(amount AS VARCHAR) || ','
  || CAST(transaction_dt AS VARCHAR),
  CAST(:now AS TIMESTAMP)
FROM :staging_schema.:side_table
WHERE NOT (
  transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
  AND currency_code BETWEEN 0 AND 999
);
