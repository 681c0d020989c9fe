-- Records an applied migration, in its transaction. $1 version, $2 name, $3 the time.
INSERT INTO finpipe_staging.migrations (version, name, applied_at)
VALUES ($1::integer, $2, $3::timestamp);
