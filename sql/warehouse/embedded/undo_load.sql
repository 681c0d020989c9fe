-- Takes the day out, with its record.
DROP TABLE :staging_schema.:day_table;
DELETE FROM :staging_schema.loads
WHERE dataset = :dataset AND partition_date = :day::date;
