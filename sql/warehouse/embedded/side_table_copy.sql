-- Whole rows of a partition file, on the example of transactions. No column takes NULL, so an empty
-- string must be quoted, as finpipe writes it.
COPY finpipe_staging.transactions_load FROM STDIN (FORMAT csv)
