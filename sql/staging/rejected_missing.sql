-- Which ids of the list in $1 name no rejected message.
SELECT named.id
FROM unnest($1::text::bigint[]) AS named (id)
WHERE NOT EXISTS (SELECT FROM stg.rejected WHERE rejected.id = named.id)
ORDER BY named.id;
