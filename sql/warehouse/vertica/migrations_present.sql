-- Whether the table of migrations is there.
SELECT table_name
FROM v_catalog.tables
WHERE LOWER(table_schema) = LOWER(:staging_schema_name) AND table_name = 'migrations';
