-- What the mart has for a day and currency.
SELECT
  amount_total,
  cnt_transactions,
  avg_transactions_per_account,
  cnt_accounts_make_transactions
FROM :mart_schema.global_metrics
WHERE date_update = :day::date AND currency_from = :currency::integer;
