-- The columns of a table, in order. :staging_schema its schema, :table_name its name.
SELECT column_name, data_type, is_nullable
FROM v_catalog.columns
WHERE LOWER(table_schema) = LOWER(:staging_schema) AND table_name = :table_name
ORDER BY ordinal_position;
