-- Writes down a backfill, once, however often it is sent: its process and its start are its name.
WITH known AS (
  SELECT id FROM finpipe.backfills
  WHERE host = :host AND pid = :pid::integer AND started_at = :began_at::timestamp
), added AS (
  INSERT INTO finpipe.backfills (command, from_date, to_date, host, pid, version, started_at)
  SELECT
    :command, :first_run::date, :last_run::date, :host, :pid::integer, :finpipe_version,
    :began_at::timestamp
  WHERE NOT EXISTS (SELECT FROM known)
  RETURNING id
)
SELECT id FROM known UNION ALL SELECT id FROM added;
