-- It came to nothing, or is recorded.
DELETE FROM :staging_schema.load_pending WHERE dataset = :dataset;
