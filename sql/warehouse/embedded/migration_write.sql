-- Records an applied migration, in its transaction. $1 version, $2 name, $3 the time, $4 what it breaks.
INSERT INTO finpipe_staging.migrations (version, name, applied_at, breaks)
VALUES ($1::integer, $2, $3::timestamp, $4);
