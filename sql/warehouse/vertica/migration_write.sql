-- Records an applied migration. :version, :name, :now the time.
INSERT INTO finpipe_staging.migrations (version, name, applied_at)
VALUES (:version, :name, CAST(:now AS TIMESTAMP));
