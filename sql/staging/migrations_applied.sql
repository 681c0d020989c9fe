-- Which migrations were applied. All columns: older records have no `breaks`.
SELECT * FROM finpipe.migrations ORDER BY version;
