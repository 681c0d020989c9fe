-- The datasets that were loaded for a day.
SELECT dataset FROM :staging_schema.loads WHERE partition_date = :day::date;
