-- The next rows of the mart. $1 first day, $2 last day, $3 and $4 day and currency of the row after
-- which to go on, $5 how many.
SELECT
  hk_global_metrics, date_update, currency_from, amount_total, cnt_transactions,
  avg_transactions_per_account, cnt_accounts_make_transactions, load_dt, load_src
FROM finpipe_mart.global_metrics
WHERE date_update >= $1::date AND date_update <= $2::date
  AND (date_update, currency_from) > ($3::date, $4::integer)
ORDER BY date_update, currency_from
LIMIT $5::integer;
