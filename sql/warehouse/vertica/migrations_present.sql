-- Whether the table of migrations is there. :staging_schema, its name.
SELECT table_name
FROM v_catalog.tables
WHERE LOWER(table_schema) = LOWER(:staging_schema) AND table_name = 'migrations';
