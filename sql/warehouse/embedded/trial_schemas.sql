-- Which of the two schemas are there: $1 and $2.
SELECT nspname AS schema_name FROM pg_catalog.pg_namespace WHERE nspname IN ($1, $2);
