INSERT INTO finpipe.migrations (version, name, breaks) VALUES ($1, $2, $3);
