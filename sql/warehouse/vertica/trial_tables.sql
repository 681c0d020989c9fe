-- Tables that trials made and that are the user's own.
SELECT
  table_schema,
  table_name
FROM v_catalog.tables
WHERE LOWER(table_schema) IN (LOWER(:staging_schema_name), LOWER(:mart_schema_name))
  AND table_name LIKE :scratch_tables_like ESCAPE '!'
  AND owner_name = CURRENT_USER()
ORDER BY table_schema, table_name;
