-- The day's partition becomes the undo table.
ALTER TABLE :staging_schema.:dataset_table
  DETACH PARTITION :staging_schema.:day_table;
ALTER TABLE :staging_schema.:day_table RENAME TO :undo_table;
