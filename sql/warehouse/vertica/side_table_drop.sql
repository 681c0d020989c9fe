-- After a load that failed, or for an undo that is kept no longer.
DROP TABLE IF EXISTS :staging_schema.:side_table CASCADE;
