-- It is recorded, in this transaction. The entry of another build, which took over the day, stays.
DELETE FROM :staging_schema.core_pending
WHERE partition_date = DATE :day AND build_id = CAST(:build_id AS UUID);
