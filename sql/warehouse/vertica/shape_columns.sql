-- The columns of a table, in order.
SELECT column_name, data_type, is_nullable
FROM v_catalog.columns
WHERE LOWER(table_schema) = LOWER(:staging_schema_name) AND table_name = :table_name
ORDER BY ordinal_position;
