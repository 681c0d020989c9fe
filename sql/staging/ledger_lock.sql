-- Held by the session: one backfill at a time works on a database.
SELECT pg_try_advisory_lock(hashtextextended('finpipe backfill', 0)) AS locked;
