-- Records an applied migration.
INSERT INTO :staging_schema.migrations (version, name, applied_at, breaks)
VALUES (:migration_number, :migration_name, CAST(:now AS TIMESTAMP), :breaks);
