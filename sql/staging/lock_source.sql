-- Held by the session: one process at a time reads a file.
SELECT pg_try_advisory_lock(hashtextextended('finpipe source ' || :source, 0)) AS locked;
