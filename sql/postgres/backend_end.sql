-- Ends a session's process, so that its locks are free.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = :pid AND backend_start = :started_at;
