-- What was left out of the mart on each day of a range, for want of a rate.
SELECT date_update, currency_from, cnt_transactions
FROM :mart_schema.global_metrics_left_out
WHERE date_update BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
ORDER BY date_update, currency_from;
