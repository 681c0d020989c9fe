-- The end of what a replay looks at: messages that are rejected meanwhile wait for the next one.
SELECT coalesce(max(id), 0) AS id FROM stg.rejected;
