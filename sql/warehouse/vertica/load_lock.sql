-- One load of a dataset at a time, on the example of transactions. Held by a session of its own for
-- as long as the load lasts, and gone with that session, whatever ends it. X goes with no second X.
LOCK TABLE finpipe_staging.transactions_lock IN EXCLUSIVE MODE NOWAIT;
