SELECT version FROM finpipe.migrations ORDER BY version;
