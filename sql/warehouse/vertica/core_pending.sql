-- The builds that were begun and are not recorded: under the lock of core_lock.sql, all of them broke off.
SELECT partition_date, last_account_key
FROM :staging_schema.core_pending
ORDER BY partition_date;
