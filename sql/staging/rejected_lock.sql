-- Takes the messages of a chunk, by the list of ids in $1, with the first $2 bytes of each. What was
-- cut cannot be judged once more.
SELECT id, substring(raw FROM 1 FOR $2::integer) AS raw, octet_length(raw) AS bytes
FROM stg.rejected
WHERE id = ANY ($1::text::bigint[]) AND reason <> 'too_large'
ORDER BY id
FOR UPDATE;
