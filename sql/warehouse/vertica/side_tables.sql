-- The side tables of a dataset: one holds the undo, the others were left behind by loads that died.
-- :staging_schema, its name; :pattern such as 'transactions!_load!_%'.
SELECT table_name
FROM v_catalog.tables
WHERE LOWER(table_schema) = LOWER(:staging_schema) AND table_name LIKE :pattern ESCAPE '!'
ORDER BY table_name;
