-- The build of the day that stood stands no longer, in the transaction of the one that takes its place.
UPDATE :staging_schema.builds SET stands = false
WHERE step = :step AND partition_date = DATE :day AND stands;
