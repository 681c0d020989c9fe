-- Asked of the session that holds the lock, before the swap: whether it still lives.
SELECT 1 AS held;
