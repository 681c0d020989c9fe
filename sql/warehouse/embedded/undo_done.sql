-- The undo is used up.
DELETE FROM :staging_schema.load_undo WHERE dataset = :dataset;
