-- The datasets that were loaded for a day, on the example of 2022-10-01.
SELECT dataset FROM finpipe_staging.loads WHERE partition_date = DATE '2022-10-01';
