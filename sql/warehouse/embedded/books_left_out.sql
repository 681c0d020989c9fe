-- The currencies that were left out of the mart on the days of a range.
SELECT date_update, currency_from, cnt_transactions, amount_sum, load_dt
FROM :mart_schema.global_metrics_left_out
WHERE date_update BETWEEN :first_day::date AND :last_day::date
ORDER BY date_update, currency_from;
