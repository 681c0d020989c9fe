-- What the undo of a dataset would put back.
SELECT partition_date, sha256 FROM :staging_schema.load_undo WHERE dataset = :dataset;
