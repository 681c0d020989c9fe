-- Held by the session for as long as backfill :backfill_id runs: it is how others know that it does.
SELECT pg_try_advisory_lock(hashtextextended('finpipe backfill ' || :backfill_id::integer, 0)) AS locked;
