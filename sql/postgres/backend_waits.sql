-- Whether a session's process waits for its client (PostgreSQL documentation, table 27.4); no row
-- where there is no such process.
SELECT coalesce(wait_event_type = 'Client', false) AS waits FROM pg_stat_activity
WHERE pid = :pid AND backend_start = :started_at;
