-- Whether autocommit is off, as session.sql asked for.
SHOW AUTOCOMMIT;
