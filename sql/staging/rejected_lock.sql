-- Takes the messages of a chunk, by the list :ids, as in '{1,2}', with so many :bytes of each at most.
-- What was cut cannot be judged once more.
SELECT id, substring(raw FROM 1 FOR :bytes::integer) AS raw, octet_length(raw) AS bytes
FROM stg.rejected
WHERE id = ANY (:ids::text::bigint[]) AND reason <> 'too_large'
ORDER BY id
FOR UPDATE;
