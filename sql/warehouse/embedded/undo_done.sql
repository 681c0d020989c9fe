-- The undo is used up, and core and mart of the day no longer show what staging holds: also the
-- record of the other dataset says so. On the example of the transactions of 2022-10-01.
DELETE FROM finpipe_staging.load_undo WHERE dataset = 'transactions';
UPDATE finpipe_staging.loads SET core_stale = true, mart_stale = true
WHERE partition_date = DATE '2022-10-01';
