-- The side tables of a dataset: one holds the undo, the others were left behind by loads that died.
SELECT table_name
FROM v_catalog.tables
WHERE LOWER(table_schema) = LOWER(:staging_schema_name) AND table_name LIKE :side_tables_like ESCAPE '!'
ORDER BY table_name;
