-- A piece of a message's bytes: so many :bytes from the one numbered :first_byte, counted from 1.
SELECT substring(raw FROM :first_byte::integer FOR :bytes::integer) AS raw
FROM stg.rejected
WHERE id = :id::bigint;
