-- Rights that finpipe needs and its role has not, on what is there, each with the statement that gives
-- them; creating the schemas needs one on the database, for as long as they are not there. What prune
-- alone needs is not among them.
WITH lacking (privileges, thing, target) AS (
  SELECT 'CREATE', 'database ' || current_database(), 'DATABASE ' || quote_ident(current_database())
  WHERE NOT has_database_privilege(current_database(), 'CREATE')
    AND (SELECT count(*) FROM pg_namespace WHERE nspname IN ('stg', 'finpipe')) < 2
  UNION ALL
  SELECT 'USAGE', 'schema ' || nspname, 'SCHEMA ' || nspname
  FROM pg_namespace
  WHERE nspname IN ('stg', 'finpipe') AND NOT has_schema_privilege(oid, 'USAGE')
  UNION ALL
  SELECT string_agg(privilege, ', ' ORDER BY privilege), nspname || '.' || relname,
    nspname || '.' || quote_ident(relname)
  FROM pg_class
  JOIN pg_namespace ON pg_namespace.oid = relnamespace
  CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE')) AS needed (privilege)
  WHERE nspname IN ('stg', 'finpipe')
    AND relkind IN ('r', 'p')
    AND (privilege = 'SELECT' OR relname <> 'migrations')
    AND (privilege <> 'INSERT' OR relname <> 'pruned_days')
    AND (privilege <> 'UPDATE' OR relname IN (
      'dumps', 'landed_days', 'source_partitions', 'rejected', 'backfills', 'attempts'
    ))
    AND NOT has_table_privilege(pg_class.oid, privilege)
  GROUP BY nspname, relname
)
SELECT privileges || ' on ' || thing AS "right",
  'GRANT ' || privileges || ' ON ' || target || ' TO ' || quote_ident(current_user) AS "grant"
FROM lacking
ORDER BY 1;
