-- What was left out of the mart on each day of a range, for want of a rate.
SELECT date_update, currency_from, cnt_transactions
FROM :mart_schema.global_metrics_left_out
WHERE date_update BETWEEN :first_day::date AND :last_day::date
ORDER BY date_update, currency_from;
