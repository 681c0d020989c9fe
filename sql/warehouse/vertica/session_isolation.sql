-- A statement sees what was committed before it, whatever the session was given.
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED;
