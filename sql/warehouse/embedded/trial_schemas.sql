-- Which of the two schemas are there.
SELECT nspname AS schema_name FROM pg_catalog.pg_namespace WHERE nspname IN (:staging_schema_name, :mart_schema_name);
