-- After a load that failed.
DROP TABLE IF EXISTS :staging_schema.:side_table;
