-- Who holds what :processes of the server wait for, a list of their numbers as in '{4711,4712}', and whom
-- those wait for in turn: the one at the end of the chain comes last. Number 0 stands for a prepared
-- transaction. Of sessions of other roles the server says less to who is no member of
-- pg_read_all_stats.
WITH RECURSIVE chain (pid, depth) AS (
  SELECT unnest(pg_blocking_pids(waiting)), 1
  FROM unnest(:processes::text::integer[]) AS waiting
  UNION
  SELECT unnest(pg_blocking_pids(pid)), depth + 1
  FROM chain
  WHERE depth < 10 AND pid <> 0
), holders AS (
  SELECT pid, max(depth) AS depth FROM chain GROUP BY pid
)
SELECT
  holders.pid, application_name, usename AS role, client_addr, client_port, state, backend_start,
  xact_start, state_change,
  coalesce(wait_event_type = 'Client', false) AS waits_for_client,
  (extract(epoch FROM clock_timestamp() - state_change) * 1000)::bigint AS unchanged_for,
  bytes_processed
FROM holders
LEFT JOIN pg_stat_activity USING (pid)
LEFT JOIN pg_stat_progress_copy USING (pid)
WHERE holders.pid <> ALL (:processes::text::integer[])
ORDER BY depth, holders.pid;
