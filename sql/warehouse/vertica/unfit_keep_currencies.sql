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
    WHEN NOT currency_code BETWEEN 0 AND 999 THEN 'currency_code: not 0 to 999'
    WHEN NOT currency_code_with BETWEEN 0 AND 999 THEN 'currency_code_with: not 0 to 999'
    WHEN currency_with_div < 0.000001
      THEN 'currency_with_div: not 0.000001 to 999999999999.999999'
    ELSE 'not of the day'
  END,
  CAST(object_id AS VARCHAR) || ',' || CAST(sent_dttm AS VARCHAR) || ','
  || CAST(date_update AS VARCHAR) || ',' || CAST(currency_code AS VARCHAR) || ','
  || CAST(currency_code_with AS VARCHAR) || ',' || CAST(currency_with_div AS VARCHAR),
  CAST(:now AS TIMESTAMP)
FROM :staging_schema.:side_table
WHERE NOT (
  date_update >= DATE :day AND date_update < DATE :day + 1
  AND currency_code BETWEEN 0 AND 999
  AND currency_code_with BETWEEN 0 AND 999
  AND currency_with_div >= 0.000001
);
