-- Once the mart is built: rows that were not there before it, and no word of those that are as they were.
INSERT INTO :staging_schema.build_changes (build_id, currency_from)
SELECT :build_id::uuid, currency_from
FROM :mart_schema.global_metrics
WHERE date_update = :day::date
  AND currency_from NOT IN (
    SELECT currency_from
    FROM :staging_schema.build_changes
    WHERE build_id = :build_id::uuid
  );
DELETE FROM :staging_schema.build_changes
WHERE build_id = :build_id::uuid
  AND (
    currency_from, amount_total, cnt_transactions, avg_transactions_per_account,
    cnt_accounts_make_transactions
  ) IN (
    SELECT
      currency_from, amount_total, cnt_transactions, avg_transactions_per_account,
      cnt_accounts_make_transactions
    FROM :mart_schema.global_metrics
    WHERE date_update = :day::date
  );
