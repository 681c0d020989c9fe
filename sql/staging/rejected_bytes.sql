-- A piece of a message's bytes: $3 of them from the one numbered $2, counted from 1.
SELECT substring(raw FROM $2::integer FOR $3::integer) AS raw FROM stg.rejected WHERE id = $1::bigint;
