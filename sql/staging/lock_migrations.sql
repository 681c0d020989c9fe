-- Held to the end of the transaction: two that migrate at once do so one after the other.
SELECT pg_advisory_xact_lock(hashtextextended('finpipe migrations', 0));
