-- Both statements of a mart must see the same rows, and READ COMMITTED looks anew at each: no day is
-- swapped in until the transaction ends.
LOCK TABLE :staging_schema.transactions, :staging_schema.currencies IN SHARE MODE;
