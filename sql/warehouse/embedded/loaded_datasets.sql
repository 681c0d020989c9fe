-- The datasets that were loaded for a day, and by which loads.
SELECT dataset, load_id FROM :staging_schema.loads WHERE partition_date = :day::date;
