-- The mart of the day as it stands before a build, in its transaction.
INSERT INTO :staging_schema.build_changes (
  build_id, currency_from, amount_total, cnt_transactions, avg_transactions_per_account,
  cnt_accounts_make_transactions
)
SELECT
  CAST(:build_id AS UUID), currency_from, amount_total, cnt_transactions, avg_transactions_per_account,
  cnt_accounts_make_transactions
FROM :mart_schema.global_metrics
WHERE date_update = DATE :day;
