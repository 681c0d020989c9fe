-- The next rows of the mart, after the row of :after_day and :after_currency.
SELECT
  hk_global_metrics, date_update, currency_from, amount_total, cnt_transactions,
  avg_transactions_per_account, cnt_accounts_make_transactions, load_dt, load_src
FROM :mart_schema.global_metrics
WHERE date_update >= :first_day::date AND date_update <= :last_day::date
  AND (date_update, currency_from) > (:after_day::date, :after_currency::integer)
ORDER BY date_update, currency_from
LIMIT :page_rows::integer;
