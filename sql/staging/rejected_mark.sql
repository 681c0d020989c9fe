-- Notes what became of replayed messages: $1 is a JSON array of objects.
UPDATE stg.rejected
SET replay_outcome = replayed.outcome, replayed_at = now() AT TIME ZONE 'UTC'
FROM json_to_recordset($1::text::json) AS replayed (id bigint, outcome text)
WHERE rejected.id = replayed.id;
