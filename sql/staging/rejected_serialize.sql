-- Held to the end of the transaction: replays go one chunk at a time, as two rejected messages may
-- hold the same version, and neither would see the row that the other one is landing.
SELECT pg_advisory_xact_lock(hashtextextended('finpipe replay', 0));
