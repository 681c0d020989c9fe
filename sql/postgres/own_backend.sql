-- The process of the session that asks. A number alone may be another one's after a restart.
SELECT current_setting('server_version_num') AS version, pid, backend_start AS started_at
FROM pg_stat_activity WHERE pid = pg_backend_pid();
