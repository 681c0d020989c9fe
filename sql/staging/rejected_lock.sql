-- Takes the messages of a chunk, by the list :ids, as in '{1,2}', with so many :bytes of each at most.
-- What was cut cannot be judged once more; a null value has no bytes, and is whole.
SELECT id, substring(raw FROM 1 FOR :bytes::integer) AS raw, octet_length(raw) AS bytes
FROM stg.rejected
WHERE id = ANY (:ids::text::bigint[]) AND length <= coalesce(octet_length(raw), 0)
ORDER BY id
FOR UPDATE;
