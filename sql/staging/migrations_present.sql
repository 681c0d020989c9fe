-- Whether init was ever run, an error where we may not look; and in what the database keeps texts.
SELECT
  to_regclass('finpipe.migrations') IS NOT NULL AS present,
  current_setting('server_encoding') AS encoding;
