INSERT INTO finpipe.migrations (version, name, breaks) VALUES (:version, :name, :breaks);
