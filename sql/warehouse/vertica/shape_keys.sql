-- Primary keys, unique keys and checks of a table, by their columns.
SELECT constraint_name, constraint_type, column_name
FROM v_catalog.constraint_columns
WHERE LOWER(table_schema) = LOWER(:staging_schema_name) AND table_name = :table_name
  AND constraint_type IN ('p', 'u', 'c')
ORDER BY constraint_type, constraint_name, column_name;
