-- The swaps of a day that were begun and not recorded.
SELECT dataset, is_undo FROM :staging_schema.load_pending WHERE partition_date = DATE :day;
