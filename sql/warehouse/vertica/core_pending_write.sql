-- The build whose facts are about to be swapped in, committed with all that it adds to the dimensions.
DELETE FROM :staging_schema.core_pending WHERE partition_date = DATE :day;
INSERT INTO :staging_schema.core_pending (partition_date, build_id, last_account_key)
SELECT DATE :day, CAST(:build_id AS UUID), COALESCE(MAX(account_key), 0)
FROM :mart_schema.dim_accounts;
