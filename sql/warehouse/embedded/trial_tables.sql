-- Tables that trials made. $1 and $2 the schemas, $3 the pattern, such as 'finpipe!_trial!_%'.
SELECT schemaname AS table_schema, tablename AS table_name
FROM pg_catalog.pg_tables
WHERE schemaname IN ($1, $2) AND tablename LIKE $3 ESCAPE '!'
ORDER BY schemaname, tablename;
