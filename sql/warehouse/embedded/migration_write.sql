-- Records an applied migration, in its transaction.
INSERT INTO :staging_schema.migrations (version, name, applied_at, breaks)
VALUES (:migration_number::integer, :migration_name, :now::timestamp, :breaks);
