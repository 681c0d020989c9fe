-- What was built, on the example of 2022-10-01: each counted currency, and whether it was left out.
SELECT currency_from, cnt_transactions, false AS left_out
FROM finpipe_mart.global_metrics
WHERE date_update = DATE '2022-10-01'
UNION ALL
SELECT currency_from, cnt_transactions, true AS left_out
FROM finpipe_mart.global_metrics_left_out
WHERE date_update = DATE '2022-10-01'
ORDER BY currency_from;
