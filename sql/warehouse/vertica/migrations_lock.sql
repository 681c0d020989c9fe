-- One init at a time: held in a session of its own until the record of the last migration is written
-- there and committed, since DDL commits the transaction of the session that runs it.
LOCK TABLE :staging_schema.migrations IN EXCLUSIVE MODE;
