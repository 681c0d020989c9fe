-- Which of the list :ids, as in '{1,2}', name no rejected message.
SELECT named.id
FROM unnest(:ids::text::bigint[]) AS named (id)
WHERE NOT EXISTS (SELECT FROM stg.rejected WHERE rejected.id = named.id)
ORDER BY named.id;
