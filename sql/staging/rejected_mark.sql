-- Notes what became of replayed messages: :outcomes is a JSON array of objects.
UPDATE stg.rejected
SET replay_outcome = replayed.outcome, replayed_at = now() AT TIME ZONE 'UTC'
FROM json_to_recordset(:outcomes::text::json) AS replayed (id bigint, outcome text)
WHERE rejected.id = replayed.id;
