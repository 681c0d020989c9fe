-- What every session takes for granted (session.sql, session_*.sql): its settings, what it sees of others, and
-- what v_monitor.sessions says of it. In three sessions.
CREATE TABLE :staging_schema.:trial_seen (
  place INTEGER NOT NULL
)
ORDER BY place
UNSEGMENTED ALL NODES;

-- [autocommit]
SET SESSION AUTOCOMMIT TO OFF;

-- [locale]
SET LOCALE TO 'en_US@collation=binary';

-- [time-zone]
SET TIME ZONE TO 'UTC';

-- [datestyle]
SET DATESTYLE TO ISO;

-- [strings]
SET STANDARD_CONFORMING_STRINGS TO ON;

-- [isolation]
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED;

-- [autocommit-shown]
SHOW AUTOCOMMIT;

-- [texts]
SELECT LENGTH('a\b') AS characters, CAST(TIMESTAMP '2022-10-01 10:00:00.25' AS VARCHAR(30)) AS time_text;

-- [insert]
INSERT INTO :staging_schema.:trial_seen VALUES (1);

-- [insert-rollback]
ROLLBACK;

-- [after-rollback]
SELECT COUNT(*) AS rows FROM :staging_schema.:trial_seen;

-- Session 1 is in a transaction while session 2 writes and commits.
-- [insert-2] session 2
INSERT INTO :staging_schema.:trial_seen VALUES (2);

-- [before-commit]
SELECT COUNT(*) AS rows FROM :staging_schema.:trial_seen;

-- [insert-2-commit] session 2
COMMIT;

-- [after-commit]
SELECT COUNT(*) AS rows FROM :staging_schema.:trial_seen;

-- DDL commits the transaction that it is run in.
-- [insert-before-ddl]
INSERT INTO :staging_schema.:trial_seen VALUES (3);

-- [ddl]
CREATE TABLE :staging_schema.:trial_made (
  place INTEGER
)
ORDER BY place
UNSEGMENTED ALL NODES;

-- [ddl-rollback]
ROLLBACK;

-- [after-ddl]
SELECT COUNT(*) AS rows FROM :staging_schema.:trial_seen WHERE place = 3;

DROP TABLE :staging_schema.:trial_made CASCADE;

-- [third] session 3
SELECT 1 AS is_open;

-- [label-2] session 2
SELECT SET_CLIENT_LABEL(:trial_label_2);

-- Its session_id is put in for :session_id below.
-- [id-2] session 2
SELECT session_id FROM v_monitor.current_session;

-- [id-2-commit] session 2
COMMIT;

-- [idle]
SELECT client_label, current_statement FROM v_monitor.sessions WHERE session_id = :session_id;

-- Session 2 waits for a lock that session 1 holds.
-- [lock-1]
LOCK TABLE :staging_schema.:trial_seen IN EXCLUSIVE MODE NOWAIT;

-- [lock-2] session 2, meanwhile
LOCK TABLE :staging_schema.:trial_seen IN EXCLUSIVE MODE;

-- [waiting] for a while
SELECT current_statement
FROM v_monitor.sessions
WHERE session_id = :session_id AND current_statement IS NOT NULL;

-- [lock-1-rollback]
ROLLBACK;

-- [lock-2-held] session 2
SELECT 1 AS held;

-- Session 2 is ended from outside, and its lock is free.
-- [close]
SELECT CLOSE_SESSION(:session_id);

-- [lock-after-close] for a while
LOCK TABLE :staging_schema.:trial_seen IN EXCLUSIVE MODE NOWAIT;

-- [lock-after-close-rollback]
ROLLBACK;

-- A statement that takes longer than its session allows. Not session 1: what that one was given as its own
-- limit is looked at later (limits.sql).
-- [cap] session 3
SET SESSION RUNTIMECAP '1 second';

-- [capped] session 3
SELECT SLEEP(5) AS slept;

-- [uncap] session 3
SET SESSION RUNTIMECAP NONE;

-- [uncap-rollback] session 3
ROLLBACK;

DROP TABLE :staging_schema.:trial_seen CASCADE;
