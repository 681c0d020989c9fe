-- The newest migration that was applied; 0 where none was.
SELECT COALESCE(MAX(version), 0) AS version FROM finpipe_staging.migrations;
