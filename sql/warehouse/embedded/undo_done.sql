-- The undo is used up, and core and mart of the day no longer show what staging holds: also the record
-- of the other dataset says so.
DELETE FROM :staging_schema.load_undo WHERE dataset = :dataset;
UPDATE :staging_schema.loads SET core_stale = true, mart_stale = true
WHERE partition_date = :day::date;
