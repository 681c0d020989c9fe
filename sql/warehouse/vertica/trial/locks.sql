-- Locks by which one load, and one mart, keeps others out (load_lock.sql, mart_lock.sql).
CREATE TABLE :staging_schema.:trial_held (
  held BOOLEAN
)
ORDER BY held
UNSEGMENTED ALL NODES;

-- [lock-1]
LOCK TABLE :staging_schema.:trial_held IN EXCLUSIVE MODE NOWAIT;

-- [lock-2] session 2
LOCK TABLE :staging_schema.:trial_held IN EXCLUSIVE MODE NOWAIT;

-- [lock-2-rollback] session 2
ROLLBACK;

-- [lock-1-rollback]
ROLLBACK;

-- [lock-again] session 2
LOCK TABLE :staging_schema.:trial_held IN EXCLUSIVE MODE NOWAIT;

-- [lock-again-rollback] session 2
ROLLBACK;

-- A swap takes O, which S keeps out; two that read share S.
-- [share-1]
LOCK TABLE :staging_schema.:trial_held IN SHARE MODE;

-- [share-2] session 2
LOCK TABLE :staging_schema.:trial_held IN SHARE MODE NOWAIT;

-- [share-2-rollback] session 2
ROLLBACK;

-- [owner-2] session 2
LOCK TABLE :staging_schema.:trial_held IN OWNER MODE NOWAIT;

-- [owner-2-rollback] session 2
ROLLBACK;

-- [share-1-rollback]
ROLLBACK;

DROP TABLE :staging_schema.:trial_held CASCADE;
