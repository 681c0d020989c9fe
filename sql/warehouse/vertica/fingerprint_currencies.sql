-- As fingerprint_transactions.sql.
SELECT
  COUNT(*) AS rows,
  CAST(COALESCE(SUM(CAST(currency_with_div AS NUMERIC(38, 6))), 0) AS NUMERIC(38, 6))
    AS control_total,
  CAST(
    COALESCE(SUM(CAST(HASH(
      object_id, sent_dttm, date_update, currency_code, currency_code_with, currency_with_div
    ) AS NUMERIC(38, 0))), 0) AS NUMERIC(38, 0)
  ) AS fingerprint
FROM :staging_schema.:counted_table
WHERE date_update >= DATE :day AND date_update < DATE :day + 1;
