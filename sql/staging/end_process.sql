-- Ends a process that still waits for its client since then; no row where it does not.
SELECT pg_terminate_backend(pid) AS ended
FROM pg_stat_activity
WHERE pid = $1
  AND backend_start = $2::timestamptz
  AND state_change = $3::timestamptz
  AND wait_event_type = 'Client';
