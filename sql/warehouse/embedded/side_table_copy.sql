-- Whole rows of a partition file. No column takes NULL, so an empty string must be quoted, as finpipe
-- writes it.
COPY :staging_schema.:side_table FROM STDIN (FORMAT csv)
