-- Once the mart is built: rows that were not there before it, and no word of those that are as they were.
INSERT INTO :staging_schema.build_changes (build_id, currency_from)
SELECT CAST(:build_id AS UUID), currency_from
FROM :mart_schema.global_metrics
WHERE date_update = DATE :day
  AND currency_from NOT IN (
    SELECT currency_from
    FROM :staging_schema.build_changes
    WHERE build_id = CAST(:build_id AS UUID)
  );

DELETE FROM :staging_schema.build_changes
WHERE build_id = CAST(:build_id AS UUID)
  AND EXISTS (
    SELECT 1
    FROM :mart_schema.global_metrics AS built
    WHERE built.date_update = DATE :day
      AND built.currency_from = build_changes.currency_from
      AND built.amount_total = build_changes.amount_total
      AND built.cnt_transactions = build_changes.cnt_transactions
      AND built.avg_transactions_per_account = build_changes.avg_transactions_per_account
      AND built.cnt_accounts_make_transactions = build_changes.cnt_accounts_make_transactions
  );
