-- Records an applied migration. :version, :name, :now the time, :breaks what it breaks.
INSERT INTO finpipe_staging.migrations (version, name, applied_at, breaks)
VALUES (:version, :name, CAST(:now AS TIMESTAMP), :breaks);
