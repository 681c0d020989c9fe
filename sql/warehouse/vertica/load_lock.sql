-- One load of a dataset at a time. Held by a session of its own for as long as the load lasts, and gone
-- with that session, whatever ends it. X goes with no second X.
LOCK TABLE :staging_schema.:lock_table IN EXCLUSIVE MODE NOWAIT;
