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
FROM finpipe_staging.currencies_load_0123456789ab
WHERE date_update >= DATE '2022-10-01' AND date_update < DATE '2022-10-01' + 1;
