-- Whether the table of migrations is there.
SELECT EXISTS (
  SELECT FROM pg_catalog.pg_tables WHERE schemaname = :staging_schema_name AND tablename = 'migrations'
) AS present;
