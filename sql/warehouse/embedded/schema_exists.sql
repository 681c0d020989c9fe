-- Whether the table of migrations is there. $1 staging schema.
SELECT EXISTS (
  SELECT FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = 'migrations'
) AS present;
