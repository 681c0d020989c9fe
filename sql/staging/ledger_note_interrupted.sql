-- Writes down that the attempts of other backfills than :backfill_id are not running: their processes died.
UPDATE finpipe.attempts SET state = 'interrupted'
WHERE state = 'running' AND backfill_id <> :backfill_id::integer;
