-- The currencies that were left out of the mart on the days of a range.
SELECT date_update, currency_from, cnt_transactions, amount_sum, load_dt
FROM :mart_schema.global_metrics_left_out
WHERE date_update BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
ORDER BY date_update, currency_from;
