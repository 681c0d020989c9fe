-- For the rest of the transaction. The embedded engine counts no rows of a day beforehand, takes it for a small one,
-- and would look up the dimensions of each row one by one.
SET LOCAL enable_nestloop TO off;
