-- Ends a session whose client does not hear it any more: what it has not committed is rolled back, and
-- its locks are free. A user may close sessions of his own.
SELECT CLOSE_SESSION(:session_id);
