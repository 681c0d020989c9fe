-- Which migrations were applied. All columns: older records have no `breaks`.
SELECT * FROM :staging_schema.migrations ORDER BY version;
