-- The swaps of a day that were begun and not recorded, on the example of 2022-10-01.
SELECT dataset, is_undo FROM finpipe_staging.load_pending WHERE partition_date = DATE '2022-10-01';
