-- The side table becomes the day's partition.
ALTER TABLE :staging_schema.:side_table RENAME TO :day_table;
ALTER TABLE :staging_schema.:dataset_table
  ATTACH PARTITION :staging_schema.:day_table
  FOR VALUES FROM (:day::date) TO (:day::date + 1);
