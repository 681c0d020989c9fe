-- Takes the day 2022-10-01 out of the mart; it is written anew in the same transaction.
DELETE FROM finpipe_mart.global_metrics WHERE date_update = DATE '2022-10-01';
DELETE FROM finpipe_mart.global_metrics_left_out WHERE date_update = DATE '2022-10-01';
UPDATE finpipe_staging.loads SET mart_stale = false WHERE partition_date = DATE '2022-10-01';
