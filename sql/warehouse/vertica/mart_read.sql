-- The next rows of the mart. :first_day, :last_day, :after_day and :after_currency those of the row
-- after which to go on, :page_rows how many.
SELECT
  hk_global_metrics, date_update, currency_from, amount_total, cnt_transactions,
  avg_transactions_per_account, cnt_accounts_make_transactions, load_dt, load_src
FROM finpipe_mart.global_metrics
WHERE date_update BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
  AND (
    date_update > CAST(:after_day AS DATE)
    OR (date_update = CAST(:after_day AS DATE) AND currency_from > :after_currency)
  )
ORDER BY date_update, currency_from
LIMIT :page_rows;
