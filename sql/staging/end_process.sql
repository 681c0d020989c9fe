-- Ends a process that still waits for its client since :changed_at; no row where it does not.
SELECT pg_terminate_backend(pid) AS ended
FROM pg_stat_activity
WHERE pid = :process
  AND backend_start = :started_at::timestamptz
  AND state_change = :changed_at::timestamptz
  AND wait_event_type = 'Client';
