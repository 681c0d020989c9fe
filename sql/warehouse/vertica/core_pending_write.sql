-- The build whose facts are about to be swapped in, committed before they are.
DELETE FROM :staging_schema.core_pending WHERE partition_date = DATE :day;
INSERT INTO :staging_schema.core_pending (partition_date, build_id)
VALUES (DATE :day, CAST(:build_id AS UUID));
