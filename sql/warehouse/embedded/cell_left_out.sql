-- What was left out of the mart for a day and currency, for want of a rate.
SELECT cnt_transactions, amount_sum
FROM :mart_schema.global_metrics_left_out
WHERE date_update = :day::date AND currency_from = :currency::integer;
