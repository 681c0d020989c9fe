-- What is enforced of a table, and what its columns refer to.
SELECT
  constraint_name,
  constraint_type,
  is_enabled,
  column_name,
  reference_table_name,
  reference_column_name
FROM v_catalog.constraint_columns
WHERE LOWER(table_schema) = LOWER(:schema_name) AND table_name = :table_name
  AND constraint_type IN ('p', 'u', 'f')
ORDER BY constraint_type, constraint_name, column_name;
