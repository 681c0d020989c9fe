INSERT INTO finpipe.migrations (version, name) VALUES ($1, $2);
