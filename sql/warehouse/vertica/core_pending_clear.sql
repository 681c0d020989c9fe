-- It is recorded, in this transaction.
DELETE FROM :staging_schema.core_pending WHERE partition_date = DATE :day;
