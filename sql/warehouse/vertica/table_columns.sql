-- The columns of all tables in the two schemas that the user may see.
SELECT
  LOWER(table_schema) AS table_schema,
  LOWER(table_name) AS table_name,
  LOWER(column_name) AS column_name,
  data_type,
  is_nullable,
  column_default
FROM v_catalog.columns
WHERE LOWER(table_schema) IN (LOWER(:staging_schema_name), LOWER(:mart_schema_name))
ORDER BY table_schema, table_name, ordinal_position;
