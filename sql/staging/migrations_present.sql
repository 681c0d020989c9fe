-- Whether init was ever run; an error where we may not look.
SELECT to_regclass('finpipe.migrations') IS NOT NULL AS present;
