-- The process that holds a source's lock (lock_source.sql): PostgreSQL shows the number of an advisory
-- lock in two halves.
SELECT
  pid, application_name, usename AS role, client_addr, client_port, state, backend_start, xact_start,
  state_change, coalesce(wait_event_type = 'Client', false) AS waits_for_client, 0 AS unchanged_for,
  NULL AS bytes_processed
FROM pg_locks
LEFT JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory'
  AND granted
  AND objsubid = 1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid::bigint << 32 | objid::bigint = hashtextextended('finpipe source ' || :source, 0);
