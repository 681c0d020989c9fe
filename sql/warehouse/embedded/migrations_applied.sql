-- Which migrations were applied. All columns: older records have no `breaks`.
SELECT * FROM finpipe_staging.migrations ORDER BY version;
