-- Tables that trials made.
SELECT schemaname AS table_schema, tablename AS table_name
FROM pg_catalog.pg_tables
WHERE schemaname IN (:staging_schema_name, :mart_schema_name) AND tablename LIKE :scratch_tables_like ESCAPE '!'
ORDER BY schemaname, tablename;
