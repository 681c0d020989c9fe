-- The fingerprint of each day of a range, as fingerprint_currencies.sql takes it.
SELECT
  CAST(date_update AS DATE) AS partition_date,
  CAST(
    SUM(CAST(HASH(
      object_id, sent_dttm, date_update, currency_code, currency_code_with, currency_with_div
    ) AS NUMERIC(38, 0))) AS NUMERIC(38, 0)
  ) AS fingerprint
FROM :staging_schema.currencies
WHERE date_update >= CAST(:first_day AS DATE) AND date_update < CAST(:last_day AS DATE) + 1
GROUP BY CAST(date_update AS DATE);
